// SPDX-License-Identifier: Apache-2.0
// Learning rate schedules twice: NeMo's dataclasses (for `sched.args` and config stores), and the flat
// sections with the defaults of the constructors in torch 2.11 and NeMo 3.0.0.
#include "engine/config/schemas/texts.h"

namespace fathom::schemas {

std::string_view schedulersText() {
    return R"(SchedulerParams
  last_epoch: int = -1  # -1: the schedule starts at its beginning
SquareRootConstantSchedulerParams(SchedulerParams)
  constant_steps: Optional[float] = null  # steps at a constant rate
  constant_ratio: Optional[float] = null  # share of max_steps at a constant rate | 0..1
WarmupSchedulerParams(SchedulerParams)
  max_steps: int = 0  # length of the schedule | >= -1
  warmup_steps: Optional[float] = null  # steps of warmup | >= 0
  warmup_ratio: Optional[float] = null  # share of max_steps that is warmup | 0..1
WarmupHoldSchedulerParams(WarmupSchedulerParams)
  hold_steps: Optional[float] = null  # steps at the full rate after warmup | >= 0
  hold_ratio: Optional[float] = null  # share of max_steps at the full rate after warmup | 0..1
  min_lr: float = 0.0  # smallest learning rate | >= 0
WarmupAnnealingHoldSchedulerParams(WarmupSchedulerParams)
  constant_steps: Optional[float] = null  # steps at a constant rate
  constant_ratio: Optional[float] = null  # share of max_steps at a constant rate | 0..1
  min_lr: float = 0.0  # smallest learning rate | >= 0
SquareAnnealingParams(WarmupSchedulerParams)
  min_lr: float = 1e-05  # smallest learning rate | >= 0
SquareRootAnnealingParams(WarmupSchedulerParams)
  min_lr: float = 0.0  # smallest learning rate | >= 0
CosineAnnealingParams(WarmupAnnealingHoldSchedulerParams)
  min_lr: float = 0.0  # smallest learning rate | >= 0
NoamAnnealingParams(WarmupSchedulerParams)
  min_lr: float = 0.0  # smallest learning rate | >= 0
NoamHoldAnnealingParams(WarmupHoldSchedulerParams)
  decay_rate: float = 0.5  # exponent of the decay
WarmupAnnealingParams(WarmupSchedulerParams)
  warmup_ratio: Optional[float] = null  # share of max_steps that is warmup | 0..1
InverseSquareRootAnnealingParams(WarmupSchedulerParams)
PolynomialDecayAnnealingParams(WarmupSchedulerParams)
  power: float = 1.0  # exponent of the decay
  cycle: bool = false  # start again instead of staying at min_lr
PolynomialHoldDecayAnnealingParams(WarmupSchedulerParams)
  power: float = 1.0  # exponent of the decay
  cycle: bool = false  # start again instead of staying at min_lr
StepLRParams(SchedulerParams)
  step_size: float = 0.1  # steps between reductions
  gamma: float = 0.1  # factor of a reduction
ExponentialLRParams(SchedulerParams)
  gamma: float = 0.9  # factor of a reduction
ReduceLROnPlateauParams
  mode: str = min  # whether smaller or larger is better | min, max
  factor: float = 0.1  # multiplier of the rate
  patience: int = 10  # epochs without improvement before a reduction | >= 0
  verbose: bool = false  # report each decision
  threshold: float = 0.0001  # smallest improvement that counts
  threshold_mode: str = rel  # how the threshold counts | rel, abs
  cooldown: int = 0  # epochs to wait after a reduction | >= 0
  min_lr: float = 0  # smallest learning rate | >= 0
  eps: float = 1e-08  # added to denominators | >= 0
CyclicLRParams(SchedulerParams)
  base_lr: float = 0.001  # lower end of the cycle
  max_lr: float = 0.1  # upper end of the cycle
  step_size_up: int = 2000  # steps of the rising half
  step_size_down: Optional[int] = null  # steps of the falling half; null: step_size_up
  mode: str = triangular  # shape of the cycles | triangular, triangular2, exp_range
  gamma: float = 1.0  # factor of a reduction
  scale_mode: str = cycle  # whether the scale counts cycles or steps | cycle, iterations
  cycle_momentum: bool = true  # let momentum run opposite to the rate
  base_momentum: float = 0.8  # lower end of the momentum
  max_momentum: float = 0.9  # upper end of the momentum
SchedulerSection
  name: Optional[str] = ???  # which schedule
  _target_: Optional[str] = null  # its dataclass, instead of name
  args: Any = null  # older style: {name: auto, params: {…}}
  monitor: Optional[str] = loss  # metric that ReduceLROnPlateau watches
  reduce_on_plateau: bool = false  # accepted; the name decides
  max_steps: Optional[int] = null  # length of the schedule; null: the trainer's | >= -1
  t_max_epochs: Optional[int] = null  # set by the trainer
  t_accumulate_grad_batches: Optional[int] = null  # set by the trainer
  t_limit_train_batches: Any = null  # set by the trainer
  t_num_workers: Optional[int] = null  # set by the trainer
WarmupPolicy(SchedulerSection)
  warmup_steps: Optional[float] = null  # steps of warmup | >= 0
  warmup_ratio: Optional[float] = null  # share of max_steps that is warmup | 0..1
  min_lr: float = 0.0  # smallest learning rate | >= 0
  last_epoch: int = -1  # -1: the schedule starts at its beginning
WarmupHoldPolicy(WarmupPolicy)
  hold_steps: Optional[float] = null  # steps at the full rate after warmup | >= 0
  hold_ratio: Optional[float] = null  # share of max_steps at the full rate after warmup | 0..1
SquareAnnealing(WarmupPolicy)
  min_lr: float = 1e-05  # smallest learning rate | >= 0
CosineAnnealing(WarmupPolicy)
  constant_steps: Optional[float] = null  # steps at a constant rate | >= 0
  constant_ratio: Optional[float] = null  # share of max_steps at a constant rate | 0..1
NoamAnnealing(WarmupPolicy)
  d_model: int = ???  # width of the model | >= 1
NoamHoldAnnealing(WarmupHoldPolicy)
  decay_rate: float = 0.5  # exponent of the decay
WarmupHoldAnnealOneMinusSquareRoot(WarmupHoldPolicy)
WarmupHoldAnnealLinear(WarmupHoldPolicy)
WarmupAnnealing(WarmupPolicy)
InverseSquareRootAnnealing(WarmupPolicy)
T5InverseSquareRootAnnealing(SchedulerSection)
  constant_steps: Optional[float] = null  # steps at a constant rate | >= 0
  constant_ratio: Optional[float] = null  # share of max_steps at a constant rate | 0..1
  min_lr: float = 0.0  # smallest learning rate | >= 0
  last_epoch: int = -1  # -1: the schedule starts at its beginning
SquareRootAnnealing(WarmupPolicy)
PolynomialDecayAnnealing(WarmupPolicy)
  power: float = 1.0  # exponent of the decay
  cycle: bool = false  # start again instead of staying at min_lr
PolynomialHoldDecayAnnealing(WarmupHoldPolicy)
  power: float = 1.0  # exponent of the decay
  cycle: bool = false  # start again instead of staying at min_lr
StepLR(SchedulerSection)
  step_size: int = ???  # steps between reductions | >= 1
  gamma: float = 0.1  # factor of a reduction
  last_epoch: int = -1  # -1: the schedule starts at its beginning
ExponentialLR(SchedulerSection)
  gamma: float = ???  # factor of a reduction, each epoch
  last_epoch: int = -1  # -1: the schedule starts at its beginning
ReduceLROnPlateauArguments
  mode: str = min  # whether smaller or larger is better | min, max
  factor: float = 0.1  # multiplier of the rate
  patience: int = 10  # epochs without improvement before a reduction
  threshold: float = 0.0001  # smallest improvement that counts
  threshold_mode: str = rel  # how the threshold counts | rel, abs
  cooldown: int = 0  # epochs to wait after a reduction
  min_lr: Any = 0  # smallest rate, or one for each group
  eps: float = 1e-08  # smallest change of the rate
ReduceLROnPlateau(SchedulerSection, ReduceLROnPlateauArguments)
CyclicLR(SchedulerSection)
  base_lr: float = ???  # lower end of the cycle
  max_lr: float = ???  # upper end of the cycle
  step_size_up: int = 2000  # steps of the rising half | >= 1
  step_size_down: Optional[int] = null  # steps of the falling half; null: step_size_up
  mode: str = triangular  # shape of the cycles | triangular, triangular2, exp_range
  gamma: float = 1.0  # factor of exp_range
  scale_fn: Any = null  # Python object; leave at null
  scale_mode: str = cycle  # whether scale_fn counts cycles or steps | cycle, iterations
  cycle_momentum: bool = true  # let momentum run opposite to the rate
  base_momentum: float = 0.8  # lower end of the momentum
  max_momentum: float = 0.9  # upper end of the momentum
  last_epoch: int = -1  # -1: the schedule starts at its beginning
)";
}

} // namespace fathom::schemas
