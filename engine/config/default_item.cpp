// SPDX-License-Identifier: Apache-2.0
// Groups, packages and keys of a defaults-list entry (hydra/core/default_element.py).
#include "engine/config/repository.h"

#include <algorithm>

namespace fathom::config::detail {

namespace {

std::string_view withoutSlash(std::string_view path) {
    return path.starts_with('/') ? path.substr(1) : path;
}

std::string folderOf(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string() : std::string(path.substr(0, slash));
}

std::string dotted(std::string path) {
    std::ranges::replace(path, '/', '.');
    return path;
}

std::string replaced(std::string text, std::string_view what, const std::string& with) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
    return text;
}

std::string joined(const std::string& base, const std::string& path, char separator) {
    if (base.empty()) return path;
    return path.empty() ? base : base + separator + path;
}

} // namespace

std::string DefaultItem::groupPath() const {
    if (isGroup) return group.starts_with('/') ? group.substr(1) : joined(parentGroup, group, '/');
    const std::string folder = folderOf(withoutSlash(path));
    return path.starts_with('/') ? folder : joined(parentGroup, folder, '/');
}

std::optional<std::string> DefaultItem::name() const {
    if (isGroup) return value;
    return path.substr(path.rfind('/') + 1);
}

std::string DefaultItem::configPath() const {
    if (isGroup) return groupPath() + "/" + value.value_or("None");
    return path.starts_with('/') ? path.substr(1) : joined(parentGroup, path, '/');
}

std::string DefaultItem::defaultPackage() const {
    return dotted(groupPath());
}

std::string DefaultItem::relativeGroup() const {
    return isGroup ? std::string(withoutSlash(group)) : folderOf(withoutSlash(path));
}

std::string DefaultItem::finalPackage(bool useHeader) const {
    std::optional<std::string> own = package;
    if (!own && useHeader) own = packageHeader;
    std::string last = own ? *own : dotted(relativeGroup());
    if (const std::optional<std::string> config = hasOptions ? std::nullopt : name())
        last = replaced(std::move(last), "_name_", *config);
    const std::string whole = joined(parentPackage, last, '.');
    static constexpr std::string_view kGlobal = "_global_";
    const std::size_t global = whole.rfind(kGlobal);
    if (global == std::string::npos) return whole;
    const std::size_t rest = global + kGlobal.size() + 1;
    return rest <= whole.size() ? whole.substr(rest) : std::string();
}

std::string DefaultItem::overrideKey() const {
    std::string final = finalPackage(false);
    const std::string key = groupPath();
    if (defaultPackage() == final) return key;
    if (final.empty()) final = "_global_";
    return key + "@" + final;
}

bool DefaultItem::isInterpolation() const {
    if (isGroup) return !hasOptions && value && value->find("${") != std::string::npos;
    return configPath().find("${") != std::string::npos;
}

bool DefaultItem::isMissing() const {
    return isGroup ? !hasOptions && value == "???" : name() == "???";
}

void DefaultItem::placeIn(const std::string& inGroup, const std::string& inPackage) {
    parentGroup = inGroup;
    parentPackage = inPackage;
    if (package && package->find("_group_") != std::string::npos)
        package = "_global_." + replaced(*package, "_group_", defaultPackage());
}

void DefaultItem::setPackageHeader(const std::optional<std::string>& header) {
    if (!header || *header == "_group_") return;
    std::string text = *header;
    if (text != "_global_" && !text.starts_with("_global_."))
        text = text.empty() ? "_global_" : "_global_." + text;
    packageHeader = replaced(std::move(text), "_group_", defaultPackage());
}

} // namespace fathom::config::detail
