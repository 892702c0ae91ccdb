// SPDX-License-Identifier: Apache-2.0
// The `exp_manager` section: nemo.utils.exp_manager of NeMo 3.0.0 and the loggers' parameters.
#include "engine/config/schemas/texts.h"

namespace fathom::schemas {

std::string_view expManagerText() {
    return R"(MLFlowParams
  experiment_name: Optional[str] = null  # name of the experiment
  run_name: Optional[str] = null  # name of the run
  tracking_uri: Optional[str] = null  # address of the server
  tags: Optional[Dict[str, Any]] = null  # tags
  save_dir: Optional[str] = ./mlruns  # folder of the records | output
  prefix: str = ''  # beginning of metric names
  artifact_location: Optional[str] = null  # where files go
  run_id: Optional[str] = null  # run to go on with
  log_model: bool = false  # upload checkpoints
DLLoggerParams
  verbose: Optional[bool] = false  # report more
  stdout: Optional[bool] = false  # print too | no effect: standard output belongs to a program's results
  json_file: Optional[str] = ./dllogger.json  # file of the records
ClearMLParams
  project: Optional[str] = null  # name of the project
  task: Optional[str] = null  # name of the task
  connect_pytorch: Optional[bool] = false  # record what PyTorch saves
  model_name: Optional[str] = null  # name of the model
  tags: Optional[List[str]] = null  # tags
  log_model: Optional[bool] = false  # upload checkpoints
  log_cfg: Optional[bool] = false  # record the config
  log_metrics: Optional[bool] = false  # record the metrics
EarlyStoppingParams
  monitor: str = val_loss  # metric to watch
  mode: str = min  # whether smaller or larger is better | min, max
  min_delta: float = 0.001  # smallest change that counts as an improvement
  patience: int = 10  # checks without improvement before stopping | >= 0
  verbose: bool = true  # report each decision
  strict: bool = true  # fail when the metric is missing
  check_finite: bool = true  # stop when the metric is not finite
  stopping_threshold: Optional[float] = null  # stop when the metric is better than this
  divergence_threshold: Optional[float] = null  # stop when the metric is worse than this
  check_on_train_epoch_end: Optional[bool] = null  # check after training epochs, not after validation
  log_rank_zero_only: bool = false  # only the first process reports
IPLEpochStopperParams
  enable_stop: bool = true  # whether to stop
  stop_every_n_epochs: int = 1  # epochs of each run | >= 1
CallbackParams
  filepath: Optional[str] = null  # older name of dirpath and filename
  dirpath: Optional[str] = null  # folder of the checkpoints; null: checkpoints in the run's folder | output
  filename: Optional[str] = null  # pattern of the names; null: name, monitored metric, step, epoch
  monitor: Optional[str] = val_loss  # metric to watch
  verbose: Optional[bool] = true  # report each decision
  save_last: Optional[bool] = true  # keep the last state too
  save_top_k: Optional[int] = 3  # how many of the best to keep; -1: all | >= -1
  save_weights_only: Optional[bool] = false  # without optimizer and loop state
  mode: Optional[str] = min  # whether smaller or larger is better | min, max
  auto_insert_metric_name: bool = true  # write metric names into file names
  every_n_epochs: Optional[int] = 1  # epochs between checkpoints; 0: not by epochs | >= 0
  every_n_train_steps: Optional[int] = null  # steps between checkpoints | >= 0
  train_time_interval: Optional[Any] = null  # time between checkpoints
  prefix: Optional[str] = null  # beginning of the file names; null: the experiment's name
  postfix: str = .nemo  # end of the file names
  save_best_model: bool = false  # at the end, save the best model, not the last
  always_save_nemo: bool = false  # save the model after each validation
  save_nemo_on_train_end: Optional[bool] = true  # save the model at the end
  model_parallel_size: Optional[int] = null  # devices that share a model | no effect: models are not split
  save_on_train_epoch_end: Optional[bool] = false  # after training epochs, not after validation
  async_save: Optional[bool] = false  # write in the background
  save_last_n_optim_states: Optional[int] = -1  # checkpoints that keep the optimizer's state; -1: all | no effect: every checkpoint keeps the optimizer's state
StepTimingParams
  reduction: Optional[str] = mean  # how measurements are combined | mean, sum, min, max, none
  sync_cuda: Optional[bool] = false  # wait for the GPU before reading the clock
  buffer_size: Optional[int] = 1  # steps that are combined; below 1: only the last
EMAParams
  enable: Optional[bool] = false  # whether to do it
  decay: Optional[float] = 0.999  # share of the old average | 0..1
  cpu_offload: Optional[bool] = false  # keep the average in main memory
  validate_original_weights: Optional[bool] = false  # validate with the current weights, not the average
  every_n_steps: int = 1  # steps between updates | >= 1
StragglerDetectionParams
  report_time_interval: float = 300  # seconds between reports
  calc_relative_gpu_perf: bool = true  # compare devices with each other
  calc_individual_gpu_perf: bool = true  # compare a device with its past
  num_gpu_perf_scores_to_log: int = 5  # best and worst devices to report
  gpu_relative_perf_threshold: float = 0.7  # a device below this is a straggler | 0..1
  gpu_individual_perf_threshold: float = 0.7  # a device below this share of its best is a straggler | 0..1
  stop_if_detected: bool = false  # end the run when there is a straggler
FaultToleranceParams
  workload_check_interval: float = 5.0  # seconds between checks
  initial_rank_heartbeat_timeout: Optional[float] = 3600.0  # seconds for the first sign of life
  rank_heartbeat_timeout: Optional[float] = 2700.0  # seconds between signs of life
  calculate_timeouts: bool = true  # derive the timeouts from what was seen
  safety_factor: float = 5.0  # multiplies derived timeouts
  rank_termination_signal: Signals = 9  # signal for processes that hang
  log_level: str = INFO  # what the watcher logs
  max_rank_restarts: int = 0  # restarts of a process | >= 0
  max_subsequent_job_failures: int = 0  # failed jobs in a row before giving up | >= 0
  additional_ft_launcher_args: str = ''  # more arguments of the launcher
  simulated_fault: Optional[Any] = null  # for tests of the watcher
ExpManagerConfig
  explicit_log_dir: Optional[str] = null  # the run's folder, as it is | output
  exp_dir: Optional[str] = null  # folder of all experiments; null: nemo_experiments here | output
  name: Optional[str] = null  # name of the experiment; null: 'default'
  version: Optional[str] = null  # folder of the run below the name; null: the time
  use_datetime_version: Optional[bool] = true  # name versions by time, otherwise version_0, version_1, …
  resume_if_exists: Optional[bool] = false  # go on from the last checkpoint of the same folder
  resume_past_end: Optional[bool] = false  # go on even if the run had finished
  resume_ignore_no_checkpoint: Optional[bool] = false  # start anew where there is nothing to go on from
  resume_from_checkpoint: Optional[str] = null  # checkpoint to go on from | file
  create_tensorboard_logger: Optional[bool] = true  # write TensorBoard event files
  summary_writer_kwargs: Optional[Dict[Any, Any]] = null  # arguments of the TensorBoard logger
  create_wandb_logger: Optional[bool] = false  # log to Weights & Biases | no effect: it is a service on the network, and no run uses the network
  wandb_logger_kwargs: Optional[Dict[Any, Any]] = null  # arguments of the Weights & Biases logger
  create_mlflow_logger: Optional[bool] = false  # log to MLflow | no effect: it is a service on the network, and no run uses the network
  mlflow_logger_kwargs: Optional[MLFlowParams] = MLFlowParams()  # arguments of the MLflow logger
  create_dllogger_logger: Optional[bool] = false  # log to DLLogger
  dllogger_logger_kwargs: Optional[DLLoggerParams] = DLLoggerParams()  # arguments of DLLogger
  create_clearml_logger: Optional[bool] = false  # log to ClearML | no effect: it is a service on the network, and no run uses the network
  clearml_logger_kwargs: Optional[ClearMLParams] = ClearMLParams()  # arguments of ClearML
  create_neptune_logger: Optional[bool] = false  # log to Neptune | no effect: it is a service on the network, and no run uses the network
  neptune_logger_kwargs: Optional[Dict[Any, Any]] = null  # arguments of Neptune
  create_checkpoint_callback: Optional[bool] = true  # save checkpoints
  checkpoint_callback_params: Optional[CallbackParams] = CallbackParams()  # which checkpoints are saved
  create_early_stopping_callback: Optional[bool] = false  # stop when a metric no longer improves
  create_ipl_epoch_stopper_callback: Optional[bool] = false  # stop for iterative pseudo-labelling
  early_stopping_callback_params: Optional[EarlyStoppingParams] = EarlyStoppingParams()  # when to stop
  ipl_epoch_stopper_callback_params: Optional[IPLEpochStopperParams] = IPLEpochStopperParams()  # when to stop
  create_preemption_callback: Optional[bool] = true  # save and end when the cluster asks for the machine
  files_to_copy: Optional[List[str]] = null  # files to keep with the run
  log_step_timing: Optional[bool] = true  # record how long steps take
  log_delta_step_timing: Optional[bool] = false  # record the time between logged steps
  step_timing_kwargs: Optional[StepTimingParams] = StepTimingParams()  # how times are measured
  disable_validation_on_resume: Optional[bool] = true  # no validation right after going on
  ema: Optional[EMAParams] = EMAParams()  # average of the weights over time
  max_time_per_run: Optional[str] = null  # longest duration, days:hours:minutes:seconds
  seconds_to_sleep: float = 5  # wait of other processes for the first
  create_straggler_detection_callback: Optional[bool] = false  # look for slow devices | no effect: a run has one device, and there is none to compare it with
  straggler_detection_params: Optional[StragglerDetectionParams] = StragglerDetectionParams()  # what counts as slow
  create_fault_tolerance_callback: Optional[bool] = false  # restart after failures | no effect: the launcher that restarts runs is a Python program
  fault_tolerance: Optional[FaultToleranceParams] = FaultToleranceParams()  # how failures are seen
  log_tflops_per_sec_per_gpu: Optional[bool] = true  # record arithmetic speed
ExpManager(ExpManagerConfig)
  log_local_rank_0_only: Optional[bool] = false  # of older releases; changes nothing
  log_global_rank_0_only: Optional[bool] = false  # of older releases; changes nothing
)";
}

} // namespace fathom::schemas
