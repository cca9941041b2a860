#include "policy/labels/nextcloud.hpp"

#include "policy/labels/parameters.hpp"
#include "policy/rules/labels.hpp"

#include <algorithm>

namespace sealgate::policy {

std::optional<label> read_nextcloud(std::string_view unfolded, const std::vector<std::string>& instances) {
    const auto read = parse_parameters(unfolded);
    label out{.text = std::string(unfolded), .malformed = !read.whole};
    bool known = false, ours = false;
    for (const auto& [name, value] : read.all) {
        if (name == "id") out.values.push_back(value);
        if (name != "origin") continue;
        known = true;
        ours = std::ranges::find(instances, label_key(value)) != instances.end();
    }
    if (known && !ours && !out.malformed) return std::nullopt;
    out.malformed = out.malformed || !known || out.values.empty();
    return out;
}

} // namespace sealgate::policy
