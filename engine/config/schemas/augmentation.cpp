// SPDX-License-Identifier: Apache-2.0
// `augmentor` of a speech data section: the constructors of nemo.collections.asr.parts.preprocessing.perturb in
// NeMo 3.0.0, each with the `prob` that process_augmentations takes off first.
#include "engine/config/schemas/texts.h"

namespace fathom::schemas {

std::string_view augmentationText() {
    return R"(Perturbation
  prob: float = ???  # chance that a clip is changed so | 0..1
  rng: Any = null  # Python's seed | no effect: the run's seed decides what is drawn
SpeedPerturbation(Perturbation)
  sr: int = ???  # samples per second of the clips | >= 1
  resample_type: str = ???  # kind of resampling; soxr does all | kaiser_best, kaiser_fast, fft, scipy
  min_speed_rate: float = 0.9  # slowest | >= 0
  max_speed_rate: float = 1.1  # fastest | >= 0
  num_rates: int = 5  # speeds to choose from, 1 being no change; -1: any in between
TimeStretchPerturbation(Perturbation)
  min_speed_rate: float = 0.9  # slowest | >= 0
  max_speed_rate: float = 1.1  # fastest | >= 0
  num_rates: int = 5  # speeds to choose from, 1 being no change; -1: any in between
  n_fft: int = 512  # window in samples, even; twice as many to slow down | >= 2
GainPerturbation(Perturbation)
  min_gain_dbfs: float = -10  # lowest gain in dB
  max_gain_dbfs: float = 10  # highest gain in dB
WhiteNoisePerturbation(Perturbation)
  min_level: int = -90  # lowest level in dB
  max_level: int = -46  # level in dB that is not reached
ShiftPerturbation(Perturbation)
  min_shift_ms: float = -5.0  # farthest to the right (negative) in ms
  max_shift_ms: float = 5.0  # farthest to the left in ms
SilencePerturbation(Perturbation)
  min_start_silence_secs: float = 0  # shortest silence before the clip in s | >= 0
  max_start_silence_secs: float = 0  # longest silence before the clip in s | >= 0
  min_end_silence_secs: float = 0  # shortest silence after the clip in s | >= 0
  max_end_silence_secs: float = 0  # longest silence after the clip in s | >= 0
  value: float = 0  # the samples of the silence
SoundPerturbation(Perturbation)
  manifest_path: Any = ???  # manifest of the sounds, several with commas, or a list | file
  audio_tar_filepaths: Any = null  # tar files in which the sounds lie
  shuffle_n: int = 128  # clips held for shuffling tar files | no effect: sounds are drawn from all
ImpulsePerturbation(SoundPerturbation)
  normalize_impulse: bool = false  # bring the impulse response to mean 0 and peak 1
  shift_impulse: bool = false  # cut the delay before its peak
NoisePerturbation(SoundPerturbation)
  min_snr_db: float = 10  # least level of the clip above the noise in dB
  max_snr_db: float = 50  # most of it
  max_gain_db: float = 300.0  # highest gain of the noise in dB
  shuffle_n: int = 100  # clips held for shuffling tar files | no effect: sounds are drawn from all
  orig_sr: int = 16000  # samples per second of the noises | no effect: their files say it
NoisePerturbationWithNormalization(SoundPerturbation)
  min_snr_db: float = 10  # least level of the clip above the noise in dB
  max_snr_db: float = 50  # most of it
  snr_samples: Optional[List[float]] = null  # choice of such levels, instead of the range
  norm_to_db: Optional[float] = null  # level in dB to which clip and noise are brought; null: the clip's
  orig_sr: int = 16000  # samples per second of the noises | no effect: their files say it
  global_rank: int = 0  # of this process | no effect: sounds are drawn from all
  world_size: int = 1  # processes | no effect: sounds are drawn from all
  shard_strategy: str = replicate  # how devices share tar files | no effect: sounds are drawn from all
  epsilon: float = 0.01  # root mean square that silence is taken to have | >= 0
WaveformAugmentor
  speed: Optional[SpeedPerturbation] = null  # faster or slower, pitch too
  time_stretch: Optional[TimeStretchPerturbation] = null  # faster or slower at the same pitch
  gain: Optional[GainPerturbation] = null  # louder or softer
  silence: Optional[SilencePerturbation] = null  # silence around the clip
  impulse: Optional[ImpulsePerturbation] = null  # as heard in a room
  shift: Optional[ShiftPerturbation] = null  # moved in time
  noise: Optional[NoisePerturbation] = null  # recorded noise
  noise_norm: Optional[NoisePerturbationWithNormalization] = null  # the same with levels made equal first
  white_noise: Optional[WhiteNoisePerturbation] = null  # noise of all frequencies
  rir_noise_aug: Any = null  # not supported: use impulse and noise
  transcode_aug: Any = null  # not supported
  random_segment: Any = null  # not supported: texts would not fit
)";
}

} // namespace fathom::schemas
