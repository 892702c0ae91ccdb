// SPDX-License-Identifier: GPL-3.0-or-later
// Writes tests/data/smoothing/tensorboard_ema.json: what TensorBoard's smoothing makes of a noisy series. The
// formula is that of classicSmoothing in tensorboard/webapp/widgets/line_chart_v2/data_transformer.ts
// (TensorBoard at 412c86e), run by a JavaScript engine as in TensorBoard. Run by hand:
//   node tests/oracle/tensorboard_ema.js > tests/data/smoothing/tensorboard_ema.json
"use strict";

function smoothed(values, weight) {
  const out = [];
  let last = 0;
  let count = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) {
      out.push(value);
      continue;
    }
    last = last * weight + (1 - weight) * value;
    count++;
    out.push(last / (weight === 1 ? 1 : 1 - Math.pow(weight, count)));
  }
  return out;
}

const text = (values) => values.map((value) => (Number.isFinite(value) ? value : String(value)));
let state = 12345; // a linear congruence: the same numbers everywhere
const noise = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
const values = [];
for (let i = 0; i < 60; ++i) values.push(3 * Math.exp(-i / 20) + noise());
values[0] = 7.5;
values[11] = NaN;
values[12] = Infinity;
values[40] = -Infinity;
const cases = [0, 0.6, 0.9, 0.999, 1].map((weight) => ({ weight, smoothed: text(smoothed(values, weight)) }));
console.log(JSON.stringify({ values: text(values), cases }, null, 1));
