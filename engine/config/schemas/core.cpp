// SPDX-License-Identifier: Apache-2.0
// nemo.core.config of NeMo 3.0.0: what every model's config is made of.
#include "engine/config/schemas/texts.h"

namespace fathom::schemas {

std::string_view coreText() {
    return R"(SchedConfig
  name: str = ???  # which schedule
  min_lr: float = 0.0  # smallest learning rate | >= 0
  last_epoch: int = -1  # -1: the schedule starts at its beginning
OptimConfig
  name: str = ???  # which optimizer
  sched: Optional[SchedConfig] = null  # learning rate schedule
DatasetConfig
  batch_size: int = 32  # examples in a batch | >= 1
  drop_last: bool = false  # leave out an incomplete last batch
  shuffle: bool = false  # a new order in each epoch
  num_workers: Optional[int] = 0  # loader threads | >= 0
  pin_memory: bool = true  # page-locked memory for faster copies to a GPU
DataLoaderConfig
  batch_size: int = ???  # examples in a batch | >= 1
  shuffle: bool = false  # a new order in each epoch
  sampler: Optional[Any] = null  # Python object; leave at null
  batch_sampler: Optional[Any] = null  # Python object; leave at null
  num_workers: int = 0  # loader threads | >= 0
  collate_fn: Optional[Any] = null  # Python object; leave at null
  pin_memory: bool = false  # page-locked memory for faster copies to a GPU
  drop_last: bool = false  # leave out an incomplete last batch
  timeout: int = 0  # seconds to wait for a batch; 0: for ever
  worker_init_fn: Optional[Any] = null  # Python object; leave at null
  multiprocessing_context: Optional[Any] = null  # Python object; leave at null
ModelConfig
  train_ds: Optional[DatasetConfig] = null  # training data
  validation_ds: Optional[DatasetConfig] = null  # validation data
  test_ds: Optional[DatasetConfig] = null  # test data
  optim: Optional[OptimConfig] = null  # optimizer
HydraConfig
  run: Dict[str, Any] = {"dir": "."}  # of a single run
  job_logging: Dict[str, Any] = {"root": {"handlers": null}}  # of a job
NemoConfig
  name: str = ???  # name of the experiment
  model: ModelConfig = ???  # the model
  trainer: TrainerConfig = TrainerConfig(logger: false, log_every_n_steps: 1, accelerator: gpu, strategy: ddp)  # Lightning's trainer
  exp_manager: Optional[Any] = ExpManagerConfig()  # experiment folder, checkpoints and loggers
  hydra: HydraConfig = HydraConfig()  # Hydra's own settings
Config
  name: Optional[str] = null  # name
FathomConfig
  plugins: Optional[List[str]] = null  # shared objects that train, test and schedule load
)";
}

} // namespace fathom::schemas
