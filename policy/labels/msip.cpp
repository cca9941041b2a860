#include "policy/labels/msip.hpp"

#include "policy/base/hex.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

namespace sealgate::policy {
namespace {

constexpr std::size_t guid_size = 36;

// What the field says of one label; of an attribute that stands there twice, both.
struct msip_label {
    std::string guid;
    std::vector<std::string> enabled = {}, sites = {}, names = {};
};

struct msip_pair {
    std::string guid;
    std::string attribute;
    std::string_view value;
};

std::optional<msip_pair> parse_pair(std::string_view piece) {
    constexpr std::string_view prefix = "MSIP_Label_";
    if (!text::istarts_with(piece, prefix)) return std::nullopt;
    piece.remove_prefix(prefix.size());
    const auto guid = piece.substr(0, guid_size);
    const auto equals = piece.find('=');
    if (!is_guid(guid) || equals == piece.npos || equals <= guid_size || piece[guid_size] != '_') return std::nullopt;
    return msip_pair{.guid = text::lower(guid),
                     .attribute = text::lower(text::trim(piece.substr(guid_size + 1, equals - guid_size - 1))),
                     .value = text::trim(piece.substr(equals + 1))};
}

// What was meant to be a pair, and is none: it may be another label.
bool is_broken_pair(std::string_view piece) {
    const auto lower = text::lower(piece);
    return lower.starts_with("msip") || std::ranges::any_of(std::to_array<std::string_view>({"_enabled", "_siteid", "_name="}),
                                                            [&](auto one) { return lower.contains(one); });
}

class msip_reader {
public:
    void read(std::string_view piece) {
        if (piece.empty()) return;
        if (auto pair = parse_pair(piece))
            keep(*pair);
        else if (open_ != nullptr && !is_broken_pair(piece)) // a semicolon in a name
            open_->append(";").append(piece);
        else
            broken_ = true, open_ = nullptr;
    }

    const std::vector<msip_label>& labels() const { return labels_; }
    bool is_broken() const { return broken_; }

private:
    void keep(const msip_pair& pair) {
        const auto [at, is_new] = places_.try_emplace(pair.guid, labels_.size());
        if (is_new) labels_.push_back({.guid = pair.guid});
        auto& to = labels_[at->second];
        auto* values = pair.attribute == "enabled"  ? &to.enabled
                       : pair.attribute == "siteid" ? &to.sites
                       : pair.attribute == "name"   ? &to.names
                                                    : nullptr;
        open_ = nullptr;
        if (values == nullptr) return;
        auto& value = values->emplace_back(pair.value);
        if (values == &to.names) open_ = &value;
    }

    std::vector<msip_label> labels_;
    std::map<std::string, std::size_t> places_;
    std::string* open_ = nullptr; // the name that the next piece may go on with
    bool broken_ = false;
};

bool has(const std::vector<std::string>& values, std::string_view wanted) {
    return std::ranges::any_of(values, [&](const std::string& one) { return text::iequals(one, wanted); });
}

// Nothing where it does not count here.
std::optional<label> as_label(const msip_label& one, const std::vector<std::string>& tenants) {
    const bool on = has(one.enabled, "true");
    if (!on && !one.enabled.empty() &&
        std::ranges::all_of(one.enabled, [](const auto& v) { return text::iequals(v, "false"); }))
        return std::nullopt;
    const bool ours = std::ranges::any_of(tenants, [&](const auto& tenant) { return has(one.sites, tenant); });
    const bool known = !one.sites.empty() && std::ranges::all_of(one.sites, is_guid);
    if (known && !ours) return std::nullopt;
    label out{.text = one.names.empty() ? one.guid : one.names.front(), .values = one.names, .malformed = !on || !known};
    out.values.push_back(one.guid);
    return out;
}

} // namespace

bool is_guid(std::string_view text) {
    if (text.size() != guid_size) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !text::hex_digit(text[i])) return false;
    }
    return true;
}

std::vector<label> read_msip(std::string_view value, const std::vector<std::string>& tenants) {
    msip_reader read;
    for (const auto piece : text::split(value, ';')) read.read(text::trim(piece));
    std::vector<label> out;
    if (read.is_broken()) out.push_back({.text = std::string(value), .malformed = true});
    for (const auto& one : read.labels())
        if (auto made = as_label(one, tenants)) out.push_back(*std::move(made));
    return out;
}

} // namespace sealgate::policy
