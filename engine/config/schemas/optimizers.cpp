// SPDX-License-Identifier: Apache-2.0
// Optimizers twice: NeMo's dataclasses (for `optim.args` and config stores), and the flat sections with the
// defaults of the constructors in torch 2.11 and NeMo 3.0.0, which differ.
#include "engine/config/schemas/texts.h"

namespace fathom::schemas {

std::string_view optimizersText() {
    return R"(OptimizerParams
  lr: Optional[float] = ???  # learning rate | >= 0
SGDParams(OptimizerParams)
  momentum: float = 0  # share of the last update that is kept | >= 0
  dampening: float = 0  # share of the gradient that momentum leaves out
  weight_decay: float = 0  # pull of the weights towards zero | >= 0
  nesterov: bool = false  # look ahead by the momentum
AdamParams(OptimizerParams)
  eps: float = 1e-08  # added to denominators | >= 0
  weight_decay: float = 0  # pull of the weights towards zero | >= 0
  amsgrad: bool = false  # use the largest second moment so far
AdamWParams(OptimizerParams)
  betas: Tuple[float, float] = [0.9, 0.999]  # decay rates of the moments | 0..1
  eps: float = 1e-08  # added to denominators | >= 0
  weight_decay: float = 0  # pull of the weights towards zero | >= 0
  amsgrad: bool = false  # use the largest second moment so far
AdadeltaParams(OptimizerParams)
  rho: float = 0.9  # decay rate of the squared gradients | 0..1
  eps: float = 1e-06  # added to denominators | >= 0
  weight_decay: float = 0  # pull of the weights towards zero | >= 0
AdamaxParams(OptimizerParams)
  betas: Tuple[float, float] = [0.9, 0.999]  # decay rates of the moments | 0..1
  eps: float = 1e-08  # added to denominators | >= 0
  weight_decay: float = 0  # pull of the weights towards zero | >= 0
AdagradParams(OptimizerParams)
  lr_decay: float = 0  # decay of the learning rate
  weight_decay: float = 0  # pull of the weights towards zero | >= 0
  initial_accumulator_value: float = 0  # start of the squared gradients | >= 0
  eps: float = 1e-10  # added to denominators | >= 0
RMSpropParams(OptimizerParams)
  alpha: float = 0.99  # decay rate of the squared gradients | >= 0
  eps: float = 1e-08  # added to denominators | >= 0
  weight_decay: float = 0  # pull of the weights towards zero | >= 0
  momentum: float = 0  # share of the last update that is kept | >= 0
  centered: bool = false  # divide by the variance
RpropParams(OptimizerParams)
  etas: Tuple[float, float] = [0.5, 1.2]  # factors of a step that shrinks and of one that grows
  step_sizes: Tuple[float, float] = [1e-06, 50]  # smallest and largest step
NovogradParams(OptimizerParams)
  betas: Tuple[float, float] = [0.95, 0.98]  # decay rates of the moments | 0..1
  eps: float = 1e-08  # added to denominators | >= 0
  weight_decay: float = 0  # pull of the weights towards zero | >= 0
  grad_averaging: bool = false  # scale gradients by 1 - beta1
  amsgrad: bool = false  # use the largest second moment so far
  luc: bool = false  # limit the rate layer by layer
  luc_trust: float = 0.001  # trust ratio of luc
  luc_eps: float = 1e-08  # added to the denominator of luc
AdafactorParams(OptimizerParams)
  beta1: float = null  # decay rate of the first moment; null: none
  eps: Tuple[float, float] = [1e-30, 0.001]  # added to denominators | >= 0
  clip_threshold: float = 1.0  # limit of an update's root mean square
  decay_rate: float = 0.8  # exponent of the second moment's decay
  weight_decay: float = 0  # pull of the weights towards zero | >= 0
  scale_parameter: bool = true  # scale the rate by the size of the weights
  relative_step: bool = false  # derive the rate from the step; lr has to be null then
  warmup_init: bool = false  # start relative steps small
OptimizerSection
  name: Optional[str] = adam  # which optimizer
  _target_: Optional[str] = null  # class of the optimizer, instead of name
  args: Any = null  # older style: {name: auto, params: {…}}; the keys beside it are not used then
  sched: Any = null  # learning rate schedule
SGD(OptimizerSection)
  lr: float = 0.001  # learning rate | >= 0
  momentum: float = 0  # share of the last update that is kept | >= 0
  dampening: float = 0  # share of the gradient that momentum leaves out
  weight_decay: float = 0  # pull of the weights towards zero | >= 0
  nesterov: bool = false  # look ahead by the momentum
  maximize: bool = false  # climb instead of descend
  foreach: Optional[bool] = null  # accepted; updates always go over whole lists
  differentiable: bool = false  # accepted; changes nothing
  fused: Optional[bool] = null  # accepted; fused kernels are used where they exist
Adam(OptimizerSection)
  lr: float = 0.001  # learning rate | >= 0
  betas: Tuple[float, float] = [0.9, 0.999]  # decay rates of the moments | 0..1
  eps: float = 1e-08  # added to denominators | >= 0
  weight_decay: float = 0  # pull of the weights towards zero | >= 0
  amsgrad: bool = false  # use the largest second moment so far
  foreach: Optional[bool] = null  # accepted; updates always go over whole lists
  maximize: bool = false  # climb instead of descend
  capturable: bool = false  # accepted; changes nothing
  differentiable: bool = false  # accepted; changes nothing
  fused: Optional[bool] = null  # accepted; fused kernels are used where they exist
  decoupled_weight_decay: bool = false  # AdamW's weight decay
AdamW(OptimizerSection)
  lr: float = 0.001  # learning rate | >= 0
  betas: Tuple[float, float] = [0.9, 0.999]  # decay rates of the moments | 0..1
  eps: float = 1e-08  # added to denominators | >= 0
  weight_decay: float = 0.01  # pull of the weights towards zero | >= 0
  amsgrad: bool = false  # use the largest second moment so far
  maximize: bool = false  # climb instead of descend
  foreach: Optional[bool] = null  # accepted; updates always go over whole lists
  capturable: bool = false  # accepted; changes nothing
  differentiable: bool = false  # accepted; changes nothing
  fused: Optional[bool] = null  # accepted; fused kernels are used where they exist
Adadelta(OptimizerSection)
  lr: float = 1.0  # learning rate | >= 0
  rho: float = 0.9  # decay rate of the squared gradients | 0..1
  eps: float = 1e-06  # added to denominators | >= 0
  weight_decay: float = 0  # pull of the weights towards zero | >= 0
  foreach: Optional[bool] = null  # accepted; updates always go over whole lists
  capturable: bool = false  # accepted; changes nothing
  maximize: bool = false  # climb instead of descend
  differentiable: bool = false  # accepted; changes nothing
Adamax(OptimizerSection)
  lr: float = 0.002  # learning rate | >= 0
  betas: Tuple[float, float] = [0.9, 0.999]  # decay rates of the moments | 0..1
  eps: float = 1e-08  # added to denominators | >= 0
  weight_decay: float = 0  # pull of the weights towards zero | >= 0
  foreach: Optional[bool] = null  # accepted; updates always go over whole lists
  maximize: bool = false  # climb instead of descend
  differentiable: bool = false  # accepted; changes nothing
  capturable: bool = false  # accepted; changes nothing
Adagrad(OptimizerSection)
  lr: float = 0.01  # learning rate | >= 0
  lr_decay: float = 0  # decay of the learning rate
  weight_decay: float = 0  # pull of the weights towards zero | >= 0
  initial_accumulator_value: float = 0  # start of the squared gradients | >= 0
  eps: float = 1e-10  # added to denominators | >= 0
  foreach: Optional[bool] = null  # accepted; updates always go over whole lists
  maximize: bool = false  # climb instead of descend
  differentiable: bool = false  # accepted; changes nothing
  fused: Optional[bool] = null  # accepted; fused kernels are used where they exist
RMSprop(OptimizerSection)
  lr: float = 0.01  # learning rate | >= 0
  alpha: float = 0.99  # decay rate of the squared gradients | >= 0
  eps: float = 1e-08  # added to denominators | >= 0
  weight_decay: float = 0  # pull of the weights towards zero | >= 0
  momentum: float = 0  # share of the last update that is kept | >= 0
  centered: bool = false  # divide by the variance
  capturable: bool = false  # accepted; changes nothing
  foreach: Optional[bool] = null  # accepted; updates always go over whole lists
  maximize: bool = false  # climb instead of descend
  differentiable: bool = false  # accepted; changes nothing
Rprop(OptimizerSection)
  lr: float = 0.01  # learning rate | >= 0
  etas: Tuple[float, float] = [0.5, 1.2]  # factors of a step that shrinks and of one that grows
  step_sizes: Tuple[float, float] = [1e-06, 50]  # smallest and largest step
  capturable: bool = false  # accepted; changes nothing
  foreach: Optional[bool] = null  # accepted; updates always go over whole lists
  maximize: bool = false  # climb instead of descend
  differentiable: bool = false  # accepted; changes nothing
Novograd(OptimizerSection)
  lr: float = 0.001  # learning rate | >= 0
  betas: Tuple[float, float] = [0.95, 0.98]  # decay rates of the moments | 0..1
  eps: float = 1e-08  # added to denominators | >= 0
  weight_decay: float = 0  # pull of the weights towards zero | >= 0
  grad_averaging: bool = false  # scale gradients by 1 - beta1
  amsgrad: bool = false  # use the largest second moment so far
  luc: bool = false  # limit the rate layer by layer
  luc_trust: float = 0.001  # trust ratio of luc
  luc_eps: float = 1e-08  # added to the denominator of luc
Adafactor(OptimizerSection)
  lr: Optional[float] = null  # learning rate | >= 0
  eps: Tuple[float, float] = [1e-30, 0.001]  # added to denominators | >= 0
  clip_threshold: float = 1.0  # limit of an update's root mean square
  decay_rate: float = -0.8  # exponent of the second moment's decay
  beta1: Optional[float] = null  # decay rate of the first moment; null: none
  weight_decay: float = 0.0  # pull of the weights towards zero | >= 0
  scale_parameter: bool = true  # scale the rate by the size of the weights
  relative_step: bool = true  # derive the rate from the step; lr has to be null then
  warmup_init: bool = false  # start relative steps small
  min_step: float = 0.01  # largest relative step
Adan(OptimizerSection)
  lr: float = 0.001  # learning rate | >= 0
  betas: Tuple[float, float, float] = [0.98, 0.92, 0.99]  # decay rates of the moments | 0..1
  eps: float = 1e-08  # added to denominators | >= 0
  weight_decay: float = 0.0  # pull of the weights towards zero | >= 0
  max_grad_norm: float = 0.0  # limit of the gradients' norm; 0: none
  no_prox: bool = false  # decay before the update, not by the proximal step
  foreach: Optional[bool] = true  # accepted; updates always go over whole lists
  fused: Optional[bool] = false  # accepted; fused kernels are used where they exist
)";
}

} // namespace fathom::schemas
