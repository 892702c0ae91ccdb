// SPDX-License-Identifier: Apache-2.0
#include "engine/model/asr/decoding_defaults.h"

#include "engine/config/schemas/catalog.h"
#include "engine/config/yaml_writer.h"

namespace fathom::model {

std::string ctcDecodingDefaults() {
    return config::writeYaml(Value(Value::Map{{"decoding", schemas::at("CTCDecodingConfig").defaults()}}));
}

} // namespace fathom::model
