// SPDX-License-Identifier: Apache-2.0
#include "engine/model/decoding_defaults.h"

namespace fathom::model {

std::string_view ctcDecodingDefaults() {
    return R"(decoding:
  strategy: greedy_batch
  preserve_alignments: null
  compute_timestamps: null
  word_seperator: ' '
  segment_seperators:
  - .
  - '!'
  - '?'
  segment_gap_threshold: null
  ctc_timestamp_type: all
  batch_dim_index: 0
  greedy:
    preserve_alignments: false
    compute_timestamps: false
    preserve_frame_confidence: false
    confidence_method_cfg:
      name: entropy
      entropy_type: tsallis
      alpha: 0.33
      entropy_norm: exp
      temperature: DEPRECATED
    ngram_lm_model: null
    ngram_lm_alpha: 0.0
    boosting_tree:
      model_path: null
      key_phrases_file: null
      key_phrases_list: null
      key_phrase_items_list: null
      context_score: 1.0
      depth_scaling: 2.0
      unk_score: 0.0
      final_eos_score: 1.0
      score_per_phrase: 0.0
      source_lang: en
      use_triton: true
      uniform_weights: false
      use_bpe_dropout: false
      num_of_transcriptions: 5
      bpe_alpha: 0.3
    boosting_tree_alpha: 0.0
    allow_cuda_graphs: true
  beam:
    beam_size: 4
    search_type: default
    preserve_alignments: false
    compute_timestamps: false
    return_best_hypothesis: true
    allow_cuda_graphs: true
    beam_alpha: null
    beam_beta: 1.0
    beam_threshold: 20.0
    kenlm_path: null
    ngram_lm_alpha: 1.0
    ngram_lm_model: null
    boosting_tree:
      model_path: null
      key_phrases_file: null
      key_phrases_list: null
      key_phrase_items_list: null
      context_score: 1.0
      depth_scaling: 2.0
      unk_score: 0.0
      final_eos_score: 1.0
      score_per_phrase: 0.0
      source_lang: en
      use_triton: true
      uniform_weights: false
      use_bpe_dropout: false
      num_of_transcriptions: 5
      bpe_alpha: 0.3
    boosting_tree_alpha: 0.0
    flashlight_cfg:
      lexicon_path: null
      boost_path: null
      beam_size_token: 16
      beam_threshold: 20.0
      unk_weight: -.inf
      sil_weight: 0.0
    pyctcdecode_cfg:
      beam_prune_logp: -10.0
      token_min_logp: -5.0
      prune_history: false
      hotwords: null
      hotword_weight: 10.0
  wfst:
    beam_size: 4
    search_type: riva
    return_best_hypothesis: true
    preserve_alignments: false
    compute_timestamps: false
    decoding_mode: nbest
    open_vocabulary_decoding: false
    beam_width: 10.0
    lm_weight: 1.0
    device: cuda
    arpa_lm_path: null
    wfst_lm_path: null
    riva_decoding_cfg: {}
  confidence_cfg:
    preserve_frame_confidence: false
    preserve_token_confidence: false
    preserve_word_confidence: false
    exclude_blank: true
    aggregation: min
    tdt_include_duration: false
    method_cfg:
      name: entropy
      entropy_type: tsallis
      alpha: 0.33
      entropy_norm: exp
      temperature: DEPRECATED
  temperature: 1.0
)";
}

} // namespace fathom::model
