// SPDX-License-Identifier: Apache-2.0
// TextClassificationModel of NeMo 2.2.1 (nemo.collections.nlp), which reads its sections without dataclasses:
// the defaults are those of its get() calls and of its example config.
#include "engine/config/schemas/texts.h"

namespace fathom::schemas {

std::string_view textClassificationText() {
    return R"(TextTokenizer
  tokenizer_name: Optional[str] = ???  # kind, or a published model's name
  vocab_file: Optional[str] = null  # words and their numbers | file
  tokenizer_model: Optional[str] = null  # SentencePiece model | file
  special_tokens: Any = null  # a map of special tokens
  library: Optional[str] = null  # where tokenizer_name is looked up
  use_fast: bool = false  # the faster of two implementations
LanguageModel
  pretrained_model_name: Optional[str] = bert-base-uncased  # published encoder
  lm_checkpoint: Optional[str] = null  # weights to start from | file
  config_file: Optional[str] = null  # the encoder's config as JSON | file
  config: Any = null  # the encoder's config
  random_weights: bool = false  # a published encoder's sizes without its weights (Fathom)
  vocab_file: Optional[str] = null  # words and their numbers | file
  nemo_file: Optional[str] = null  # archive to take the encoder from | file
ClassifierHead
  num_output_layers: int = 2  # layers of the classifier | >= 1
  fc_dropout: float = 0.1  # chance to drop a hidden state before it | 0..1
ClassLabels
  class_labels_file: Optional[str] = null  # names of the classes, one a line | file
TextClassificationData
  num_classes: int = ???  # classes | >= 1
  do_lower_case: bool = false  # lower case before tokenizing
  max_seq_length: int = 256  # longest sequence in tokens; -1: no limit
  class_balancing: Optional[str] = null  # weights of the classes in the loss | weighted_loss
  use_cache: bool = false  # read tokens from the cache file
TextClassificationSet
  file_path: Optional[str] = null  # words, a tab and a number on each line; null: no such set | file
  batch_size: int = 64  # lines in a batch | >= 1
  shuffle: bool = false  # a new order each epoch
  num_samples: int = -1  # lines to use; -1: all
  num_workers: int = 3  # loader threads | >= 0
  drop_last: bool = false  # leave out an incomplete last batch
  pin_memory: bool = false  # page-locked memory for faster copies to a GPU
  word_dropout: float = 0.0  # chance that training sees [MASK] in place of a token (Fathom) | 0..1
TextClassificationModel
  nemo_path: Optional[str] = null  # where the script saves the archive
  tokenizer: TextTokenizer = ???  # from text to numbers
  language_model: LanguageModel = LanguageModel()  # the encoder
  classifier_head: ClassifierHead = ClassifierHead()  # from the first hidden state to classes
  class_labels: Optional[ClassLabels] = null  # names of the classes
  dataset: TextClassificationData = ???  # how texts are read
  train_ds: Optional[TextClassificationSet] = null  # training data
  validation_ds: Optional[TextClassificationSet] = null  # validation data
  test_ds: Optional[TextClassificationSet] = null  # test data
  label_smoothing: float = 0.0  # share of the target that all classes get in training (Fathom) | 0..1
  optim: Any = null  # optimizer
  infer_samples: Optional[List[str]] = null  # sentences that the script classifies at the end
  target: Optional[str] = null  # class, written into archives
  nemo_version: Optional[str] = null  # release, written into archives
  ...
)";
}

} // namespace fathom::schemas
