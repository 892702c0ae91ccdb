// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/config_view/layer_badge.h"

#include "engine/config/provenance.h"

namespace fathom::app {

LayerBadge badgeOfLayer(int layer, const widgets::Colors& colors) {
    switch (layer) {
    case static_cast<int>(config::Layer::Dataclass):
        return {QStringLiteral("dataclass"), colors.layerDataclass};
    case static_cast<int>(config::Layer::Yaml):
        return {QStringLiteral("yaml"), colors.layerYaml};
    case static_cast<int>(config::Layer::Group):
        return {QStringLiteral("group"), colors.layerGroup};
    case static_cast<int>(config::Layer::CommandLine):
        return {QStringLiteral("terminal"), colors.layerCommandLine};
    case static_cast<int>(config::Layer::Edited):
        return {QStringLiteral("edit"), colors.layerEdited};
    default:
        return {};
    }
}

} // namespace fathom::app
