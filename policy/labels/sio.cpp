#include "policy/labels/sio.hpp"

#include "policy/base/base64.hpp"
#include "policy/base/text.hpp"
#include "policy/labels/markup.hpp"
#include "policy/labels/parameters.hpp"

#include <algorithm>

namespace sealgate::policy {
namespace {

std::string_view sio_parameter(const read_parameters& of, std::string_view name) {
    const auto at = std::ranges::find(of.all, name, &mime_parameter::name);
    return at == of.all.end() ? std::string_view{} : at->value;
}

void add_stanag_values(std::string_view base64, label& to) {
    const auto document = text::decode_strict_base64(base64);
    const auto elements = document ? parse_markup(*document) : std::nullopt;
    if (!elements) {
        to.malformed = true;
        return;
    }
    std::string policy_name;
    bool classified = false;
    for (const auto& one : *elements) {
        if (one.name == "PolicyIdentifier") policy_name = one.text;
        if (one.name != "Classification") continue;
        classified = true;
        to.values.push_back(one.text);
        if (!policy_name.empty()) to.values.push_back(policy_name + " " + one.text);
    }
    to.malformed = to.malformed || !classified;
}

} // namespace

label read_sio(std::string_view unfolded) {
    const auto read = parse_parameters(unfolded);
    const auto marking = sio_parameter(read, "marking");
    const auto type = sio_parameter(read, "type");
    const auto coded = sio_parameter(read, "label");
    label out{.text = std::string(marking.empty() ? unfolded : marking), .malformed = !read.whole};
    if (!marking.empty()) out.values.emplace_back(marking);
    if (!type.empty() && !coded.empty()) out.values.push_back(std::string(type) + " " + std::string(coded));
    if (type.empty() != coded.empty() || (marking.empty() && type.empty())) out.malformed = true;
    if (text::iequals(type, ":xml") && !coded.empty()) add_stanag_values(coded, out);
    return out;
}

} // namespace sealgate::policy
