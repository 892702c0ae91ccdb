// SPDX-License-Identifier: Apache-2.0
// How CTC models turn log-probabilities into text: CTCDecodingConfig of NeMo 3.0.0.
#include "engine/config/schemas/texts.h"

namespace fathom::schemas {

std::string_view decodingText() {
    return R"(BoostingTreeModelConfig
  model_path: Optional[str] = null  # a saved tree | file
  key_phrases_file: Optional[str] = null  # phrases, one a line | file
  key_phrases_list: Optional[List[str]] = null  # phrases
  key_phrase_items_list: Optional[List[Any]] = null  # phrases with weights of their own
  context_score: float = 1.0  # weight of each token of a phrase
  depth_scaling: float = 2.0  # growth of the weight along a phrase
  unk_score: float = 0.0  # weight of unknown tokens
  final_eos_score: float = 1.0  # weight of the end after a phrase
  score_per_phrase: float = 0.0  # weight of a whole phrase
  source_lang: str = en  # language of the phrases
  use_triton: bool = true  # use the Triton kernel
  uniform_weights: bool = false  # the same weight at every depth
  use_bpe_dropout: bool = false  # more than one tokenization of each phrase
  num_of_transcriptions: int = 5  # tokenizations of each phrase
  bpe_alpha: float = 0.3  # sampling of tokenizations | 0..1
ConfidenceMethodConfig
  name: str = entropy  # measure | max_prob, entropy
  entropy_type: str = tsallis  # which entropy | gibbs, tsallis, renyi
  alpha: float = 0.33  # power of the entropy
  entropy_norm: str = exp  # how entropy becomes [0, 1] | lin, exp
  temperature: str = DEPRECATED  # older name of alpha
ConfidenceConfig
  preserve_frame_confidence: bool = false  # keep it for each frame
  preserve_token_confidence: bool = false  # keep it for each token
  preserve_word_confidence: bool = false  # keep it for each word
  exclude_blank: bool = true  # leave out blank frames
  aggregation: str = min  # from frames to words | mean, min, max, prod
  tdt_include_duration: bool = false  # for duration models only
  method_cfg: ConfidenceMethodConfig = ConfidenceMethodConfig()  # how it is measured
GreedyCTCInferConfig
  preserve_alignments: bool = false  # keep what each frame says
  compute_timestamps: bool = false  # times of tokens and words
  preserve_frame_confidence: bool = false  # keep the confidence of each frame
  confidence_method_cfg: Optional[ConfidenceMethodConfig] = ConfidenceMethodConfig()  # how it is measured
  ngram_lm_model: Optional[str] = null  # n-gram language model | file
  ngram_lm_alpha: float = 0.0  # its weight
  boosting_tree: BoostingTreeModelConfig = BoostingTreeModelConfig()  # phrases to prefer
  boosting_tree_alpha: Optional[float] = 0.0  # their weight
  allow_cuda_graphs: bool = true  # record the decoding loop once
FlashlightConfig
  lexicon_path: Optional[str] = null  # words and their tokens | file
  boost_path: Optional[str] = null  # words to prefer | file
  beam_size_token: int = 16  # tokens tried at each step | >= 1
  beam_threshold: float = 20.0  # hypotheses worse than the best by more are dropped
  unk_weight: float = -.inf  # weight of unknown words
  sil_weight: float = 0.0  # weight of silence
PyCTCDecodeConfig
  beam_prune_logp: float = -10.0  # hypotheses worse than the best by more are dropped
  token_min_logp: float = -5.0  # tokens below this are not tried
  prune_history: bool = false  # drop hypotheses that differ only in the past
  hotwords: Optional[List[str]] = null  # words to prefer
  hotword_weight: float = 10.0  # their weight
BeamCTCInferConfig
  beam_size: int = ???  # hypotheses that are kept | >= 1
  search_type: str = default  # which decoder
  preserve_alignments: bool = false  # keep what each frame says
  compute_timestamps: bool = false  # times of tokens and words
  return_best_hypothesis: bool = true  # only the best one
  allow_cuda_graphs: bool = true  # record the decoding loop once
  beam_alpha: Optional[float] = null  # older name of ngram_lm_alpha
  beam_beta: float = 1.0  # weight of the number of words
  beam_threshold: float = 20.0  # hypotheses worse than the best by more are dropped
  kenlm_path: Optional[str] = null  # older name of ngram_lm_model | file
  ngram_lm_alpha: Optional[float] = 1.0  # weight of the language model
  ngram_lm_model: Optional[str] = null  # n-gram language model | file
  boosting_tree: BoostingTreeModelConfig = BoostingTreeModelConfig()  # phrases to prefer
  boosting_tree_alpha: Optional[float] = 0.0  # their weight
  flashlight_cfg: Optional[FlashlightConfig] = FlashlightConfig()  # of the flashlight decoder
  pyctcdecode_cfg: Optional[PyCTCDecodeConfig] = PyCTCDecodeConfig()  # of pyctcdecode
RivaDecoderConfig
  ...
WfstCTCInferConfig
  beam_size: int = ???  # hypotheses that are kept | >= 1
  search_type: str = riva  # which decoder | riva, k2
  return_best_hypothesis: bool = true  # only the best one
  preserve_alignments: bool = false  # keep what each frame says
  compute_timestamps: bool = false  # times of tokens and words
  decoding_mode: str = nbest  # what it gives | nbest, mbr, lattice, ...
  open_vocabulary_decoding: bool = false  # words that the model does not list
  beam_width: float = 10.0  # hypotheses worse than the best by more are dropped
  lm_weight: float = 1.0  # weight of the language model
  device: str = cuda  # where it runs | cuda, cpu
  arpa_lm_path: Optional[str] = null  # language model as ARPA text | file
  wfst_lm_path: Optional[str] = null  # language model as a graph | file
  riva_decoding_cfg: Optional[RivaDecoderConfig] = RivaDecoderConfig()  # of the riva decoder
CTCDecodingConfig
  strategy: str = greedy_batch  # how texts are found | greedy, greedy_batch, beam, pyctcdecode, flashlight, wfst, beam_batch
  preserve_alignments: Optional[bool] = null  # keep what each frame says
  compute_timestamps: Optional[bool] = null  # times of tokens and words
  word_seperator: str = ' '  # what stands between words
  segment_seperators: Optional[List[str]] = ['.', '!', '?']  # what ends a segment
  segment_gap_threshold: Optional[int] = null  # frames of silence that end a segment
  ctc_timestamp_type: str = all  # which times | char, word, segment, all
  batch_dim_index: int = 0  # which dimension is the batch
  greedy: GreedyCTCInferConfig = GreedyCTCInferConfig()  # of greedy and greedy_batch
  beam: BeamCTCInferConfig = BeamCTCInferConfig(beam_size: 4)  # of the beam decoders
  wfst: WfstCTCInferConfig = WfstCTCInferConfig(beam_size: 4)  # of wfst
  confidence_cfg: ConfidenceConfig = ConfidenceConfig()  # how sure the text is
  temperature: float = 1.0  # divides the logits | >= 0
CTCBPEDecodingConfig(CTCDecodingConfig)
)";
}

} // namespace fathom::schemas
