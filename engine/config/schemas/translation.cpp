// SPDX-License-Identifier: Apache-2.0
// AAYNBaseConfig, the dataclass of MTEncDecModel in NeMo 2.2.1: "Attention Is All You Need" (Vaswani et al.
// 2017).
#include "engine/config/schemas/texts.h"

namespace fathom::schemas {

std::string_view translationText() {
    return R"(TranslationDataConfig
  src_file_name: Optional[Any] = ???  # sentences of the source language, one a line; several files as a list | file
  tgt_file_name: Optional[Any] = ???  # their translations | file
  use_tarred_dataset: bool = false  # batches prepared in tar files
  tar_files: Optional[Any] = null  # the tar files
  metadata_file: Optional[Any] = null  # what they hold
  lines_per_dataset_fragment: Optional[int] = 1000000  # lines prepared at a time
  num_batches_per_tarfile: Optional[int] = 1000  # batches in a tar file
  shard_strategy: Optional[str] = scatter  # how devices share tar files | scatter, replicate
  tokens_in_batch: int = 512  # tokens of both languages in a batch | >= 1
  clean: bool = false  # leave out pairs of odd lengths
  max_seq_length: int = 512  # longest sentence in tokens | >= 1
  min_seq_length: int = 1  # shortest sentence in tokens | >= 1
  cache_ids: bool = false  # keep token numbers on disk
  cache_data_per_node: bool = false  # a cache for each machine
  use_cache: bool = false  # read token numbers from disk
  shuffle: bool = false  # a new order of batches each epoch
  num_samples: int = -1  # pairs to use; -1: all
  drop_last: bool = false  # leave out an incomplete last batch
  pin_memory: bool = false  # page-locked memory for faster copies to a GPU
  num_workers: int = 8  # loader threads | >= 0
  reverse_lang_direction: bool = false  # translate from target to source
  load_from_tarred_dataset: bool = false  # older name of use_tarred_dataset
  metadata_path: Optional[str] = null  # what the tar files hold | file
  tar_shuffle_n: int = 100  # batches held for shuffling tar files
  n_preproc_jobs: int = -2  # processes that prepare; -2: all but one
  tar_file_prefix: str = parallel  # beginning of the tar files' names
  concat_sampling_technique: Optional[str] = temperature  # how several corpora are mixed | temperature, random, round-robin
  concat_sampling_temperature: int = 5  # of the mixture
  concat_sampling_probabilities: Optional[List[float]] = null  # chance of each corpus
MTSchedConfig(SchedConfig)
  name: str = InverseSquareRootAnnealing  # which schedule
  warmup_ratio: Optional[float] = null  # share of max_steps that is warmup | 0..1
MTOptimConfig(OptimConfig)
  name: str = adam  # which optimizer
  lr: float = 0.001  # learning rate | >= 0
  betas: Tuple[float, float] = [0.9, 0.98]  # decay rates of the moments | 0..1
  weight_decay: float = 0.0  # pull of the weights towards zero | >= 0
  sched: Optional[MTSchedConfig] = MTSchedConfig()  # learning rate schedule
TokenizerConfig
  library: str = sentencepiece  # kind | sentencepiece, yttm, huggingface, megatron, byte-level, char, regex, tabular
  tokenizer_model: Optional[str] = null  # model of the tokenizer | file
  vocab_size: Optional[int] = null  # tokens, where one is trained
  vocab_file: Optional[str] = null  # words and their numbers | file
  special_tokens: Optional[Any] = null  # a map of special tokens
  bpe_dropout: Optional[float] = 0.0  # chance to leave out a merge in training | 0..1
  coverage: Optional[float] = 0.999  # share of characters, where one is trained | 0..1
  training_sample_size: Optional[int] = null  # sentences, where one is trained
  r2l: Optional[bool] = false  # from right to left
  sentencepiece_legacy: Optional[bool] = false  # as in older releases
NeMoTransformerConfig
  hidden_size: int = 512  # width of the layers | >= 1
  num_layers: int = 6  # layers | >= 1
  inner_size: int = 2048  # width of the feed-forward layers | >= 1
  num_attention_heads: int = 8  # attention heads | >= 1
  max_sequence_length: int = 512  # positions | >= 1
  num_token_types: int = 2  # token types; 0: none | >= 0
  embedding_dropout: float = 0.0  # chance to drop an embedding | 0..1
  learn_positional_encodings: bool = false  # learnt positions instead of sines
  ffn_dropout: float = 0.1  # chance to drop an activation of the feed-forward layers | 0..1
  attn_score_dropout: float = 0.1  # the same for attention scores | 0..1
  attn_layer_dropout: float = 0.1  # the same for the attention's output | 0..1
  hidden_act: str = relu  # activation | relu, gelu
  pre_ln: bool = false  # normalize before each part instead of after
  pre_ln_final_layer_norm: bool = true  # and at the end
  library: str = nemo  # where it comes from | nemo, huggingface, megatron
  model_name: Optional[str] = null  # published model
  pretrained: bool = false  # with its weights
NeMoTransformerEncoderConfig(NeMoTransformerConfig)
  mask_future: bool = false  # let a position see only what is before it
TokenClassifierConfig
  num_layers: int = 1  # layers of the head | >= 1
  activation: str = relu  # between them | relu, gelu
  log_softmax: bool = true  # logarithms of probabilities
  dropout: float = 0.0  # chance to drop a hidden state | 0..1
  use_transformer_init: bool = true  # first weights as the transformer's
MTEncDecModelConfig
  train_ds: Optional[TranslationDataConfig] = null  # training data
  validation_ds: Optional[TranslationDataConfig] = null  # validation data
  test_ds: Optional[TranslationDataConfig] = null  # test data
  optim: Optional[OptimConfig] = null  # optimizer
  encoder_tokenizer: Any = ???  # of the source language
  decoder_tokenizer: Any = ???  # of the target language
  encoder: Any = ???  # the encoder
  decoder: Any = ???  # the decoder
  head: TokenClassifierConfig = TokenClassifierConfig()  # from hidden states to words
  num_val_examples: int = 3  # translations shown after validation | >= 0
  num_test_examples: int = 3  # translations shown after testing | >= 0
  max_generation_delta: int = 10  # longest translation over the source in tokens; -1: no such limit
  label_smoothing: Optional[float] = 0.0  # share of the probability for all words | 0..1
  beam_size: int = 4  # hypotheses that are kept | >= 1
  len_pen: float = 0.0  # reward of long translations
  src_language: Any = en  # source language, or a list
  tgt_language: Any = en  # target language, or a list
  find_unused_parameters: Optional[bool] = true  # of distributed training
  shared_tokenizer: Optional[bool] = true  # one tokenizer for both languages
  multilingual: Optional[bool] = false  # several language pairs
  preproc_out_dir: Optional[str] = null  # folder of prepared data | output
  validate_input_ids: Optional[bool] = true  # check that token numbers are in range
  shared_embeddings: bool = false  # one embedding for both languages
AAYNBaseConfig(MTEncDecModelConfig)
  train_ds: Optional[TranslationDataConfig] = TranslationDataConfig(clean: true, shuffle: true)  # training data
  validation_ds: Optional[TranslationDataConfig] = TranslationDataConfig()  # validation data
  test_ds: Optional[TranslationDataConfig] = TranslationDataConfig()  # test data
  optim: Optional[MTOptimConfig] = MTOptimConfig()  # optimizer
  encoder_tokenizer: TokenizerConfig = TokenizerConfig()  # of the source language
  decoder_tokenizer: TokenizerConfig = TokenizerConfig()  # of the target language
  encoder: NeMoTransformerEncoderConfig = NeMoTransformerEncoderConfig()  # the encoder
  decoder: NeMoTransformerConfig = NeMoTransformerConfig()  # the decoder
  head: TokenClassifierConfig = TokenClassifierConfig()  # from hidden states to words
MTEncDecModel(AAYNBaseConfig)
  train_ds: Optional[TranslationDataConfig] = null  # training data
  validation_ds: Optional[TranslationDataConfig] = null  # validation data
  test_ds: Optional[TranslationDataConfig] = null  # test data
  optim: Any = null  # optimizer
  target: Optional[str] = null  # class, written into archives
  nemo_version: Optional[str] = null  # release, written into archives
  ...
)";
}

} // namespace fathom::schemas
