// SPDX-License-Identifier: Apache-2.0
// Speech recognition with CTC. The modules as their constructors in NeMo 3.0.0 (nemo.collections.asr.modules)
// take them, then the dataclasses that NeMo makes of them, whose defaults differ.
#include "engine/config/schemas/texts.h"

namespace fathom::schemas {

namespace {

constexpr std::string_view kModules = R"(AudioToMelSpectrogramPreprocessor
  _target_: str = nemo.collections.asr.modules.AudioToMelSpectrogramPreprocessor  # class
  sample_rate: int = 16000  # samples per second | >= 1
  window_size: float = 0.02  # STFT window in seconds
  window_stride: float = 0.01  # hop in seconds
  n_window_size: Optional[int] = null  # STFT window in samples, instead of window_size
  n_window_stride: Optional[int] = null  # hop in samples, instead of window_stride
  window: Optional[str] = hann  # shape of the window | hann, hamming, blackman, bartlett, none, ...
  normalize: Any = per_feature  # per_feature, all_features, or fixed_mean and fixed_std | per_feature, all_features, ...
  n_fft: Optional[int] = null  # FFT size; null: a power of two from the window on
  preemph: Optional[float] = 0.97  # pre-emphasis; null: none
  features: int = 64  # mel bands | >= 1
  lowfreq: float = 0  # lowest mel edge in Hz | >= 0
  highfreq: Optional[float] = null  # highest mel edge in Hz; null: half the sample rate
  log: bool = true  # take the logarithm
  log_zero_guard_type: str = add  # how zeros are kept from the logarithm | add, clamp
  log_zero_guard_value: Any = 5.960464477539063e-08  # number, tiny or eps
  dither: float = 1e-05  # noise added in training | >= 0
  pad_to: Any = 16  # frames are padded to a multiple of this; 0: not; max: to max_duration
  max_duration: float = 16.7  # seconds that pad_to max pads to
  frame_splicing: int = 1  # frames stacked into one | >= 1
  exact_pad: bool = false  # pad so that frames are samples / hop
  pad_value: float = 0  # value of padding
  mag_power: float = 2.0  # exponent of the magnitudes
  rng: Any = null  # Python object; leave at null
  nb_augmentation_prob: float = 0.0  # chance of a narrow band in training | 0..1
  nb_max_freq: int = 4000  # highest frequency in Hz of a narrow band
  mel_norm: Optional[str] = slaney  # area of the filters; null: none | slaney
  use_torchaudio: bool = false  # accepted; changes nothing
  stft_exact_pad: bool = false  # older name of exact_pad; changes nothing
  stft_conv: bool = false  # of older releases; changes nothing
AudioToMFCCPreprocessor
  _target_: str = nemo.collections.asr.modules.AudioToMFCCPreprocessor  # class
  sample_rate: int = 16000  # samples per second | >= 1
  window_size: float = 0.02  # STFT window in seconds
  window_stride: float = 0.01  # hop in seconds
  n_window_size: Optional[int] = null  # STFT window in samples, instead of window_size
  n_window_stride: Optional[int] = null  # hop in samples, instead of window_stride
  window: Optional[str] = hann  # shape of the window | hann, hamming, blackman, bartlett, none, ...
  n_fft: Optional[int] = null  # FFT size; null: a power of two from the window on
  lowfreq: float = 0.0  # lowest mel edge in Hz | >= 0
  highfreq: Optional[float] = null  # highest mel edge in Hz; null: half the sample rate
  n_mels: int = 64  # mel bands | >= 1
  n_mfcc: int = 64  # coefficients | >= 1
  dct_type: int = 2  # kind of the cosine transform | 1..4
  norm: Optional[str] = ortho  # scale of the cosine transform | ortho
  log: bool = true  # logarithm instead of decibels
SpectrogramAugmentation
  _target_: str = nemo.collections.asr.modules.SpectrogramAugmentation  # class
  freq_masks: int = 0  # masks over frequency | >= 0
  time_masks: int = 0  # masks over time | >= 0
  freq_width: int = 10  # bins of the widest | >= 0
  time_width: Any = 10  # frames of the widest, or a share of the clip (a float)
  rect_masks: int = 0  # rectangles cut out | >= 0
  rect_time: int = 5  # frames of the widest rectangle | >= 0
  rect_freq: int = 20  # bins of the highest rectangle | >= 0
  rng: Any = null  # Python object; leave at null
  mask_value: float = 0.0  # what masks are filled with
  use_vectorized_spec_augment: bool = true  # draw as NeMo since 1.20
  use_vectorized_code: bool = true  # older name of use_vectorized_spec_augment
  use_numba_spec_augment: bool = false  # accepted; changes nothing
JasperEncoderConfig
  filters: int = ???  # output channels | >= 1
  repeat: int = ???  # sub-blocks | >= 1
  kernel: List[int] = ???  # kernel width, a list of one
  stride: List[int] = ???  # a list of one
  dilation: List[int] = ???  # a list of one
  dropout: float = ???  # chance to drop an activation | 0..1
  residual: bool = ???  # add the block's input
  groups: int = 1  # groups of the convolutions | >= 1
  separable: bool = false  # depthwise, then pointwise
  heads: int = -1  # shared depthwise kernels; -1: one for each channel
  residual_mode: str = add  # how the input is added | add, stride_add, max
  residual_dense: bool = false  # add the inputs of all earlier blocks too
  se: bool = false  # squeeze-excite
  se_reduction_ratio: int = 8  # bottleneck of squeeze-excite | >= 1
  se_context_size: int = -1  # frames squeeze-excite averages; -1: all
  se_interpolation_mode: str = nearest  # accepted; changes nothing
  kernel_size_factor: float = 1.0  # scales the kernel | >= 0
  stride_last: bool = false  # only the last sub-block strides
JasperBlock(JasperEncoderConfig)
  residual_mode: Optional[str] = null  # how the input is added; null: as the encoder says | add, stride_add, max
  future_context: int = -1  # frames to the right; -1: symmetric
ConvASREncoder
  _target_: str = nemo.collections.asr.modules.ConvASREncoder  # class
  feat_in: int = ???  # features of the preprocessor | >= 1
  activation: str = relu  # activation | relu, hardtanh, selu, swish, silu
  normalization_mode: str = batch  # normalization | batch, layer, instance, group
  residual_mode: str = add  # how the input is added | add, stride_add, max
  norm_groups: int = -1  # groups of group norm; -1: one per channel
  conv_mask: bool = true  # zero what lies beyond a clip before each convolution
  frame_splicing: int = 1  # frames stacked by the preprocessor | >= 1
  init_mode: Optional[str] = xavier_uniform  # first weights; null: PyTorch's own | xavier_uniform, xavier_normal, kaiming_uniform, kaiming_normal, tds_uniform, tds_normal
  jasper: List[JasperBlock] = ???  # the blocks
  quantize: bool = false  # accepted; changes nothing
ConformerEncoder
  _target_: str = nemo.collections.asr.modules.ConformerEncoder  # class
  feat_in: int = ???  # features of the preprocessor | >= 1
  n_layers: int = ???  # layers | >= 1
  d_model: int = ???  # width of the layers | >= 1
  feat_out: int = -1  # width of the output; -1: d_model
  causal_downsampling: bool = false  # subsample without looking ahead
  subsampling: Optional[str] = striding  # how frames become fewer | striding, dw_striding, vggnet, stacking, stacking_norm
  subsampling_factor: int = 4  # frames for one of the output, a power of two | >= 1
  subsampling_conv_chunking_factor: int = 1  # pieces of a large batch; -1: by itself
  subsampling_conv_channels: int = -1  # channels of the subsampling; -1: d_model
  reduction: Optional[str] = null  # a further reduction inside | pooling, striding
  reduction_position: Optional[int] = null  # layer before the reduction
  reduction_factor: int = 1  # frames for one of the reduction | >= 1
  ff_expansion_factor: int = 4  # width of the feed-forward layers over d_model | >= 1
  self_attention_model: str = rel_pos  # positions in attention | rel_pos, rel_pos_local_attn, abs_pos
  n_heads: int = 4  # attention heads | >= 1
  att_context_size: Optional[List[Any]] = null  # frames to the left and right; -1: all
  att_context_probs: Optional[List[float]] = null  # chance of each context size
  att_chunk_context_size: Optional[List[Any]] = null  # chunks to the left and right
  att_context_style: str = regular  # how the context moves | regular, chunked_limited, chunked_limited_with_rc
  xscaling: bool = true  # scale the input by sqrt(d_model)
  untie_biases: bool = true  # position biases of each layer's own
  pos_emb_max_len: int = 5000  # frames for which positions are prepared | >= 1
  conv_kernel_size: int = 31  # kernel of the convolution module, odd | >= 1
  conv_norm_type: str = batch_norm  # its normalization | batch_norm, layer_norm, instance_norm, group_norm, ...
  conv_context_size: Any = null  # frames to the left and right, or causal; null: symmetric
  conv_context_style: str = regular  # how that context moves | regular, dcc, dcc_rc
  use_bias: bool = true  # biases in attention, feed-forward and convolution
  dropout: float = 0.1  # chance to drop an activation | 0..1
  dropout_pre_encoder: float = 0.1  # the same before the layers | 0..1
  dropout_emb: float = 0.1  # the same for positions | 0..1
  dropout_att: float = 0.0  # the same for attention | 0..1
  stochastic_depth_drop_prob: float = 0.0  # chance to leave out a layer | 0..1
  stochastic_depth_mode: str = linear  # chance along the layers | linear, uniform
  stochastic_depth_start_layer: int = 1  # first layer that may be left out | >= 1
  global_tokens: int = 0  # frames that see everything in local attention | >= 0
  global_tokens_spacing: int = 1  # distance between them | >= 1
  global_attn_separate: bool = false  # weights of their own
  use_pytorch_sdpa: bool = false  # PyTorch's attention kernel
  use_pytorch_sdpa_backends: Optional[List[str]] = null  # which of its kernels
  sync_max_audio_length: bool = true  # the same length on all devices
ConvASRDecoder
  _target_: str = nemo.collections.asr.modules.ConvASRDecoder  # class
  feat_in: Optional[int] = null  # channels of the encoder; null: what it has
  num_classes: Optional[int] = null  # labels without the blank; -1: those of vocabulary
  init_mode: Optional[str] = xavier_uniform  # first weights; null: PyTorch's own | xavier_uniform, xavier_normal, kaiming_uniform, kaiming_normal, tds_uniform, tds_normal
  vocabulary: Optional[List[str]] = null  # the labels
  add_blank: bool = true  # one more output for the blank
ConvASRDecoderClassification
  _target_: str = nemo.collections.asr.modules.ConvASRDecoderClassification  # class
  feat_in: int = ???  # channels of the encoder | >= 1
  num_classes: int = ???  # classes | >= 1
  init_mode: Optional[str] = xavier_uniform  # first weights; null: PyTorch's own | xavier_uniform, xavier_normal, kaiming_uniform, kaiming_normal, tds_uniform, tds_normal
  return_logits: bool = true  # logits instead of probabilities
  pooling_type: str = avg  # how frames become one | avg, max
)";

constexpr std::string_view kData = R"(SpeechDataset
  manifest_filepath: Any = null  # JSON-lines file, several with commas, or a list; null: no such set | file
  sample_rate: int = 16000  # recordings are resampled to it | >= 1
  labels: Optional[List[str]] = null  # the model's labels
  batch_size: Optional[int] = 1  # clips in a batch | >= 1
  shuffle: bool = false  # a new order each epoch
  drop_last: bool = false  # leave out an incomplete last batch
  num_workers: int = 0  # loader threads | >= 0
  pin_memory: bool = false  # page-locked memory for faster copies to a GPU
  min_duration: Optional[float] = null  # seconds; shorter clips are left out
  max_duration: Optional[float] = null  # seconds; longer clips are left out
  max_utts: Optional[int] = 0  # stop after that many clips; 0: all
  skip_bad_files: bool = false  # leave out missing or broken recordings, with a warning
  drop_unknown_characters: bool = false  # leave out characters that labels lacks, as NeMo does
  use_start_end_token: Optional[bool] = null  # put bos_id and eos_id around the text; with sub-words the tokenizer's ids, unless false
  bos_id: Optional[int] = null  # first token; with sub-words the tokenizer's
  eos_id: Optional[int] = null  # last token; with sub-words the tokenizer's
  pad_id: int = 0  # fills the tokens of a batch; with sub-words the tokenizer's
  trim_silence: bool = false  # cut the silence at both ends of each clip
  trim: bool = false  # older name of trim_silence; changes nothing
  parser: Optional[str] = en  # how texts become tokens
  unk_index: int = -1  # token of unknown characters; -1: left out
  blank_index: int = -1  # token of the blank; -1: none
  normalize_transcripts: bool = false  # lower case and numbers as words
  normalize: bool = false  # older name of normalize_transcripts
  defer_setup: bool = false  # build the loader when it is first needed
  is_tarred: bool = false  # recordings lie in tar files
  tarred_audio_filepaths: Any = null  # the tar files
  tarred_shard_strategy: str = scatter  # how devices share tar files | scatter, replicate
  shard_manifests: bool = false  # each device reads its part of the manifest
  shuffle_n: int = 0  # clips held for shuffling tar files | >= 0
  bucketing_strategy: str = synced_randomized  # order of buckets of like length | fixed_order, synced_randomized, fully_randomized
  bucketing_batch_size: Any = null  # batch size of each bucket
  bucketing_weights: Optional[List[int]] = null  # repetitions of each bucket
  is_concat: bool = false  # mix several manifests
  concat_sampling_technique: str = temperature  # how they are mixed | temperature, random, round-robin
  concat_sampling_temperature: float = 5  # of the mixture
  concat_sampling_scale: float = 1  # length of the mixture over the sum
  concat_sampling_probabilities: Optional[List[float]] = null  # chance of each manifest
  concat_sampling_seed: Optional[int] = null  # seed of the mixture
  concat_shuffle: bool = true  # shuffle each manifest
  use_dali: bool = false  # NVIDIA DALI
  use_semi_sorted_batching: bool = false  # batches of like length
  randomization_factor: Optional[float] = null  # noise of semi-sorted batching, a share of the range of durations; null: 0.1 | >= 0
  semi_sort_sampler_seed: int = 42  # of the order of semi-sorted batches
  use_lhotse: Optional[bool] = false  # Lhotse's loaders
  use_bucketing: bool = false  # Lhotse's buckets
  batch_duration: Optional[float] = null  # seconds in a batch of Lhotse
  quadratic_duration: Optional[float] = null  # penalty of long clips in Lhotse's batches
  bucket_batch_size: Any = null  # batch size of each of Lhotse's buckets
  bucket_duration_bins: Optional[List[Any]] = null  # seconds between Lhotse's buckets
  num_buckets: Optional[int] = 0  # Lhotse's buckets
  tarred_random_access: bool = false  # of Lhotse
  channel_selector: Any = null  # channel, or average
  return_sample_id: Optional[bool] = false  # number each clip
  cache_audio: bool = false  # keep clips in memory
  int_values: Any = null  # recordings as integers
  persistent_workers: bool = false  # keep loader processes
  prefetch_factor: Optional[int] = null  # batches that each loader thread is ahead; null: 2 | >= 1
  do_sort_by_size: bool = false  # by length
  load_audio: bool = true  # otherwise only texts
  name: Any = null  # names for logs
  ds_item: Any = null  # as manifest_filepath
  augmentor: Optional[WaveformAugmentor] = null  # changes of the sound: {speed: {prob: 0.5, …}}
ASRDatasetConfig(DatasetConfig)
  manifest_filepath: Optional[Any] = null  # JSON-lines file, several with commas, or a list | file
  sample_rate: int = ???  # recordings are resampled to it | >= 1
  labels: List[str] = ???  # the model's labels
  trim_silence: bool = false  # cut the silence at both ends of each clip
  is_tarred: bool = false  # recordings lie in tar files
  tarred_audio_filepaths: Optional[Any] = null  # the tar files
  tarred_shard_strategy: str = scatter  # how devices share tar files | scatter, replicate
  shard_manifests: bool = false  # each device reads its part of the manifest
  shuffle_n: int = 0  # clips held for shuffling tar files | >= 0
  use_lhotse: bool = false  # Lhotse's loaders
  tarred_random_access: bool = false  # of Lhotse
  use_bucketing: bool = false  # Lhotse's buckets
  batch_duration: Optional[int] = null  # seconds in a batch of Lhotse
  quadratic_duration: Optional[int] = null  # penalty of long clips in Lhotse's batches
  bucket_batch_size: Optional[int] = null  # batch size of each of Lhotse's buckets
  bucket_duration_bins: Optional[list] = null  # seconds between Lhotse's buckets
  num_buckets: Optional[int] = 0  # Lhotse's buckets
  pin_memory: bool = false  # page-locked memory for faster copies to a GPU
  int_values: Optional[int] = null  # recordings as integers
  augmentor: Optional[Dict[str, Any]] = null  # changes of the sound
  max_duration: Optional[float] = null  # seconds; longer clips are left out
  min_duration: Optional[float] = null  # seconds; shorter clips are left out
  max_utts: int = 0  # stop after that many clips; 0: all
  blank_index: int = -1  # token of the blank; -1: none
  unk_index: int = -1  # token of unknown characters; -1: left out
  normalize: bool = false  # lower case and numbers as words
  trim: bool = true  # cut the silence
  parser: Optional[str] = en  # how texts become tokens
  eos_id: Optional[int] = null  # last token
  bos_id: Optional[int] = null  # first token
  pad_id: int = 0  # fills the tokens of a batch
  use_start_end_token: bool = false  # put bos_id and eos_id around the text
  return_sample_id: Optional[bool] = false  # number each clip
  bucketing_strategy: str = synced_randomized  # order of buckets of like length | fixed_order, synced_randomized, fully_randomized
  bucketing_batch_size: Optional[Any] = null  # batch size of each bucket
  bucketing_weights: Optional[List[int]] = null  # repetitions of each bucket
  manifest_parse_func: Optional[Any] = [null]  # Python object
)";

} // namespace

std::string_view speechModulesText() {
    return kModules;
}

std::string_view speechDataText() {
    return kData;
}

std::string_view speechModelsText() {
    return R"(AudioToMelSpectrogramPreprocessorConfig
  _target_: str = nemo.collections.asr.modules.AudioToMelSpectrogramPreprocessor  # class
  sample_rate: int = 16000  # samples per second | >= 1
  window_size: float = 0.02  # STFT window in seconds
  window_stride: float = 0.01  # hop in seconds
  n_window_size: Optional[int] = null  # STFT window in samples, instead of window_size
  n_window_stride: Optional[int] = null  # hop in samples, instead of window_stride
  window: str = hann  # shape of the window | hann, hamming, blackman, bartlett, none, ...
  normalize: str = per_feature  # over what | per_feature, all_features, ...
  n_fft: Optional[int] = null  # FFT size; null: a power of two from the window on
  preemph: float = 0.97  # pre-emphasis
  features: int = 64  # mel bands | >= 1
  lowfreq: int = 0  # lowest mel edge in Hz | >= 0
  highfreq: Optional[int] = null  # highest mel edge in Hz; null: half the sample rate
  log: bool = true  # take the logarithm
  log_zero_guard_type: str = add  # how zeros are kept from the logarithm | add, clamp
  log_zero_guard_value: float = 5.960464477539063e-08  # added to, or least value of, the magnitudes
  dither: float = 1e-05  # noise added in training | >= 0
  pad_to: int = 16  # frames are padded to a multiple of this; 0: not
  frame_splicing: int = 1  # frames stacked into one | >= 1
  exact_pad: bool = false  # pad so that frames are samples / hop
  pad_value: int = 0  # value of padding
  mag_power: float = 2.0  # exponent of the magnitudes
  rng: Optional[str] = null  # Python object; leave at null
  nb_augmentation_prob: float = 0.0  # chance of a narrow band in training | 0..1
  nb_max_freq: int = 4000  # highest frequency in Hz of a narrow band
  mel_norm: str = slaney  # area of the filters | slaney
  use_torchaudio: bool = false  # accepted; changes nothing
  stft_exact_pad: bool = false  # older name of exact_pad
  stft_conv: bool = false  # of older releases
SpectrogramAugmentationConfig
  _target_: str = nemo.collections.asr.modules.SpectrogramAugmentation  # class
  freq_masks: int = 0  # masks over frequency | >= 0
  time_masks: int = 0  # masks over time | >= 0
  freq_width: int = 0  # bins of the widest | >= 0
  time_width: Optional[Any] = 0  # frames of the widest, or a share of the clip (a float)
  rect_masks: int = 0  # rectangles cut out | >= 0
  rect_time: int = 0  # frames of the widest rectangle | >= 0
  rect_freq: int = 0  # bins of the highest rectangle | >= 0
  mask_value: float = 0  # what masks are filled with
  rng: Optional[Any] = null  # Python object; leave at null
  use_numba_spec_augment: bool = false  # accepted; changes nothing
  use_vectorized_spec_augment: bool = true  # draw as NeMo since 1.20
ConvASREncoderConfig
  _target_: str = nemo.collections.asr.modules.ConvASREncoder  # class
  jasper: Optional[List[JasperEncoderConfig]] = []  # the blocks
  activation: str = ???  # activation | relu, hardtanh, selu, swish, silu
  feat_in: int = ???  # features of the preprocessor | >= 1
  normalization_mode: str = batch  # normalization | batch, layer, instance, group
  residual_mode: str = add  # how the input is added | add, stride_add, max
  norm_groups: int = -1  # groups of group norm; -1: one per channel
  conv_mask: bool = true  # zero what lies beyond a clip before each convolution
  frame_splicing: int = 1  # frames stacked by the preprocessor | >= 1
  init_mode: Optional[str] = xavier_uniform  # first weights; null: PyTorch's own
ConvASRDecoderConfig
  _target_: str = nemo.collections.asr.modules.ConvASRDecoder  # class
  feat_in: int = ???  # channels of the encoder
  num_classes: int = ???  # labels without the blank
  init_mode: Optional[str] = xavier_uniform  # first weights; null: PyTorch's own
  vocabulary: Optional[List[str]] = []  # the labels
EncDecCTCConfig(ModelConfig)
  sample_rate: int = 16000  # samples per second | >= 1
  repeat: int = 1  # sub-blocks | >= 1
  dropout: float = 0.0  # chance to drop an activation | 0..1
  separable: bool = false  # depthwise, then pointwise
  labels: List[str] = ???  # characters of the texts
  train_ds: ASRDatasetConfig = ASRDatasetConfig(shuffle: true)  # training data
  validation_ds: ASRDatasetConfig = ASRDatasetConfig()  # validation data
  test_ds: ASRDatasetConfig = ASRDatasetConfig()  # test data
  optim: Optional[OptimConfig] = OptimConfig(sched: {name: '???', min_lr: 0.0, last_epoch: -1})  # optimizer
  preprocessor: AudioToMelSpectrogramPreprocessorConfig = AudioToMelSpectrogramPreprocessorConfig()  # from sound to features
  spec_augment: Optional[SpectrogramAugmentationConfig] = SpectrogramAugmentationConfig()  # masks in training
  encoder: ConvASREncoderConfig = ConvASREncoderConfig()  # from features to hidden states
  decoder: ConvASRDecoderConfig = ConvASRDecoderConfig()  # from hidden states to labels
  decoding: CTCDecodingConfig = CTCDecodingConfig()  # from labels to text
EncDecCTCModelConfig(NemoConfig)
  model: EncDecCTCConfig = EncDecCTCConfig()  # the model
SpeechTokenizer
  dir: Optional[str] = ???  # folder of the tokenizer's files | folder
  type: str = ???  # kind | bpe, wpe, agg
  model_path: Optional[str] = null  # set when an archive is restored
  vocab_path: Optional[str] = null  # set when an archive is restored
  spe_tokenizer_vocab: Optional[str] = null  # set when an archive is restored
  langs: Any = null  # of an aggregate tokenizer: one for each language
  hf_kwargs: Any = null  # of a WordPiece tokenizer
InterCTC
  loss_weights: Optional[List[float]] = []  # weight of each intermediate loss
  apply_at_layers: Optional[List[int]] = []  # layers that have one
EncDecCTCModel
  sample_rate: int = 16000  # samples per second | >= 1
  labels: Optional[List[str]] = null  # characters of the texts
  ctc_reduction: Optional[str] = mean_batch  # how losses of a batch become one | mean_batch, mean_volume, sum, mean, none
  skip_nan_grad: bool = false  # leave out updates with NaN gradients
  use_cer: bool = false  # count characters, not words
  log_prediction: bool = false  # print an example while training
  train_ds: Optional[SpeechDataset] = null  # training data
  validation_ds: Optional[SpeechDataset] = null  # validation data
  test_ds: Optional[SpeechDataset] = null  # test data
  preprocessor: Any = ???  # from sound to features
  spec_augment: Any = null  # masks in training
  encoder: Any = ???  # from features to hidden states
  decoder: Any = ???  # from hidden states to labels
  interctc: Optional[InterCTC] = null  # losses of layers in between
  optim: Any = null  # optimizer
  decoding: Optional[CTCDecodingConfig] = null  # from labels to text
  init_from_nemo_model: Any = null  # archive to start from
  init_from_pretrained_model: Any = null  # published model to start from
  init_from_ptl_ckpt: Any = null  # checkpoint to start from
  target: Optional[str] = null  # class, written into archives
  nemo_version: Optional[str] = null  # release, written into archives
  ...
EncDecCTCModelBPE(EncDecCTCModel)
  tokenizer: SpeechTokenizer = ???  # from text to labels
)";
}

} // namespace fathom::schemas
