#include "policy/labels/titus.hpp"

#include "policy/base/base64.hpp"
#include "policy/base/text.hpp"
#include "policy/rules/labels.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <iterator>
#include <optional>

namespace sealgate::policy {
namespace {

namespace json = boost::json;

const json::value* json_member(const json::value& of, std::string_view name) {
    const auto* object = of.if_object();
    return object == nullptr ? nullptr : object->if_contains(name);
}

std::optional<std::string> json_string(const json::value* value) {
    const auto* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::nullopt : std::optional(std::string(text->data(), text->size()));
}

const json::array* json_list(const json::value* value) { return value == nullptr ? nullptr : value->if_array(); }

std::optional<json::value> decoded_json(std::string_view base64) {
    std::string dense;
    std::ranges::copy_if(base64, std::back_inserter(dense), [](char c) { return !text::is_space(c); });
    const auto bytes = text::decode_strict_base64(dense);
    if (!bytes) return std::nullopt;
    boost::system::error_code error;
    auto read = json::parse(*bytes, error);
    return error ? std::nullopt : std::optional(std::move(read));
}

void add_titus_values(const json::value& property, const std::vector<std::string>& fields, label& to) {
    const auto name = json_string(json_member(property, "n"));
    if (!name) to.malformed = true;
    if (!name || std::ranges::find(fields, label_key(*name)) == fields.end()) return;
    const auto* values = json_list(json_member(property, "vals"));
    if (values == nullptr) to.malformed = true;
    if (values == nullptr) return;
    for (const auto& one : *values) {
        if (auto said = json_string(json_member(one, "value")))
            to.values.push_back(*std::move(said));
        else
            to.malformed = true;
    }
}

} // namespace

label read_titus(std::string_view unfolded, const std::vector<std::string>& fields) {
    label out{.text = std::string(unfolded)};
    const auto read = decoded_json(unfolded);
    const auto* metadata = read ? json_member(*read, "Metadata") : nullptr;
    const auto* properties = metadata == nullptr ? nullptr : json_list(json_member(*metadata, "props"));
    if (properties != nullptr)
        for (const auto& one : *properties) add_titus_values(one, fields, out);
    if (out.values.empty())
        out.malformed = true;
    else
        out.text = out.values.front();
    return out;
}

} // namespace sealgate::policy
