// SPDX-License-Identifier: Apache-2.0
// The `trainer` section as Lightning 2.4 documents it, and NeMo 3.0.0's dataclass of it (nemo.core.config).
#include "engine/config/schemas/texts.h"

namespace fathom::schemas {

std::string_view trainerText() {
    return R"(Trainer
  accelerator: str = auto  # the device | auto, cpu, gpu, cuda, ...
  strategy: str = auto  # how several devices work together | auto, ddp, single_device, ...
  devices: Any = auto  # how many devices, or which
  num_nodes: int = 1  # machines | >= 1
  precision: Any = 32-true  # of the arithmetic | 32-true, 16-mixed, bf16-mixed, bf16-true, 64-true, ...
  logger: Any = null  # accepted; metrics always go to the run store
  callbacks: Any = null  # Python objects; exp_manager adds them
  fast_dev_run: Any = false  # run this many batches of everything, as a check
  max_epochs: Optional[int] = null  # passes over the training data; -1: no limit; null: 1000, or as max_steps says | >= -1
  min_epochs: Optional[int] = null  # passes that early stopping cannot cut
  max_steps: int = -1  # optimizer steps; -1: no limit | >= -1
  min_steps: Optional[int] = null  # steps that early stopping cannot cut
  max_time: Any = null  # longest duration, days:hours:minutes:seconds
  limit_train_batches: Any = 1.0  # training batches in an epoch: a number (int) or a share (float)
  limit_val_batches: Any = 1.0  # validation batches: a number (int) or a share (float)
  limit_test_batches: Any = 1.0  # test batches: a number (int) or a share (float)
  limit_predict_batches: Any = 1.0  # prediction batches: a number (int) or a share (float)
  overfit_batches: Any = 0.0  # train on this number (int) or share (float) of batches again and again
  val_check_interval: Any = 1.0  # validate after this many batches (int) or this share of an epoch (float)
  check_val_every_n_epoch: Optional[int] = 1  # validate in every n-th epoch; null: val_check_interval counts across epochs | >= 1
  num_sanity_val_steps: Optional[int] = 2  # validation batches before training; -1: all | >= -1
  log_every_n_steps: Optional[int] = 50  # record training metrics every n steps | >= 0
  enable_checkpointing: Optional[bool] = true  # Lightning's own checkpoints; exp_manager makes them instead
  enable_progress_bar: Optional[bool] = true  # draw a progress bar
  enable_model_summary: Optional[bool] = true  # print the layers
  accumulate_grad_batches: int = 1  # batches for an optimizer step | >= 1
  gradient_clip_val: Optional[float] = null  # limit of the gradients; null or 0: none
  gradient_clip_algorithm: Optional[str] = norm  # how gradients are limited | norm, value
  deterministic: Any = null  # only deterministic kernels
  benchmark: Optional[bool] = null  # let cuDNN choose its fastest kernels by trying
  inference_mode: bool = true  # evaluation without gradient bookkeeping
  use_distributed_sampler: bool = true  # split the data between devices
  profiler: Any = null  # measure where time goes | simple, advanced, pytorch, ...
  detect_anomaly: bool = false  # stop at the first NaN of a backward pass
  barebones: bool = false  # switch off everything that costs time, for benchmarks
  plugins: Any = null  # Python objects; leave at null
  sync_batchnorm: bool = false  # share batch statistics between devices
  reload_dataloaders_every_n_epochs: int = 0  # build the loaders anew every n epochs; 0: never | >= 0
  default_root_dir: Optional[str] = null  # experiment folder where exp_manager.exp_dir is not given | output
TrainerConfig
  logger: Any = true  # accepted; metrics always go to the run store
  callbacks: Optional[Any] = null  # Python objects; exp_manager adds them
  default_root_dir: Optional[str] = null  # experiment folder where exp_manager.exp_dir is not given | output
  gradient_clip_val: float = 0  # limit of the gradients; null or 0: none
  num_nodes: int = 1  # machines | >= 1
  enable_progress_bar: bool = true  # draw a progress bar
  overfit_batches: Any = 0.0  # train on this number (int) or share (float) of batches again and again
  check_val_every_n_epoch: int = 1  # validate in every n-th epoch; null: val_check_interval counts across epochs | >= 1
  fast_dev_run: bool = false  # run this many batches of everything, as a check
  accumulate_grad_batches: Any = 1  # batches for an optimizer step
  max_epochs: int = 1000  # passes over the training data; -1: no limit | >= -1
  min_epochs: int = 1  # passes that early stopping cannot cut
  max_steps: Optional[int] = -1  # optimizer steps; -1: no limit | >= -1
  min_steps: Optional[int] = null  # steps that early stopping cannot cut
  limit_train_batches: Any = 1.0  # training batches in an epoch: a number (int) or a share (float)
  limit_val_batches: Any = 1.0  # validation batches: a number (int) or a share (float)
  limit_test_batches: Any = 1.0  # test batches: a number (int) or a share (float)
  val_check_interval: Any = 1.0  # validate after this many batches (int) or this share of an epoch (float)
  log_every_n_steps: int = 50  # record training metrics every n steps | >= 0
  accelerator: Optional[str] = auto  # the device | auto, cpu, gpu, cuda, ...
  sync_batchnorm: bool = false  # share batch statistics between devices
  precision: Any = 32  # of the arithmetic | 32-true, 16-mixed, bf16-mixed, bf16-true, 64-true, ...
  num_sanity_val_steps: int = 2  # validation batches before training; -1: all | >= -1
  profiler: Optional[Any] = null  # measure where time goes | simple, advanced, pytorch, ...
  benchmark: bool = false  # let cuDNN choose its fastest kernels by trying
  deterministic: bool = false  # only deterministic kernels
  use_distributed_sampler: bool = true  # split the data between devices
  detect_anomaly: bool = false  # stop at the first NaN of a backward pass
  plugins: Optional[Any] = null  # Python objects; leave at null
  limit_predict_batches: float = 1.0  # prediction batches: a number (int) or a share (float)
  gradient_clip_algorithm: str = norm  # how gradients are limited | norm, value
  max_time: Optional[Any] = null  # longest duration, days:hours:minutes:seconds
  reload_dataloaders_every_n_epochs: int = 0  # build the loaders anew every n epochs; 0: never | >= 0
  devices: Any = auto  # how many devices, or which
  strategy: Any = auto  # how several devices work together | auto, ddp, single_device, ...
  enable_checkpointing: bool = false  # Lightning's own checkpoints; exp_manager makes them instead
  enable_model_summary: bool = true  # print the layers
  inference_mode: bool = true  # evaluation without gradient bookkeeping
  barebones: bool = false  # switch off everything that costs time, for benchmarks
)";
}

} // namespace fathom::schemas
