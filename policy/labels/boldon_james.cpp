#include "policy/labels/boldon_james.hpp"

#include "policy/labels/markup.hpp"

namespace sealgate::policy {

label read_boldon_james(std::string_view unfolded) {
    label out{.text = std::string(unfolded)};
    const auto elements = parse_markup(unfolded);
    if (!elements || elements->front().name != "sisl") {
        out.malformed = true;
        return out;
    }
    for (const auto& one : *elements)
        if (one.name == "element") out.values.emplace_back(one.attribute("uid"));
    out.malformed = out.values.empty();
    if (!out.values.empty()) out.text = out.values.front();
    return out;
}

} // namespace sealgate::policy
