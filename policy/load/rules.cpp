#include "policy/load/rules.hpp"

#include "policy/base/text.hpp"
#include "policy/base/yaml_values.hpp"
#include "policy/load/encryption.hpp"
#include "policy/load/tiers.hpp"

#include <algorithm>

namespace sealgate::policy {

std::optional<rank> find_classification(const policy& rules, std::string_view name) {
    const auto at = std::ranges::find(rules.classifications, name, &classification::name);
    if (at == rules.classifications.end()) return std::nullopt;
    return static_cast<rank>(at - rules.classifications.begin());
}

std::optional<rank> classification_named(const yaml::node& value, yaml::error_sink& errors, const policy& rules) {
    const auto name = yaml::as_text(value, errors);
    if (!name) return std::nullopt;
    const auto found = find_classification(rules, *name);
    if (found) return found;
    std::vector<std::string> known;
    for (const auto& one : rules.classifications) known.push_back(one.name);
    errors.add(value.at, "there is no classification \"" + text::printable(*name, 60) + "\"" + did_you_mean(*name, known));
    return std::nullopt;
}

namespace {

std::optional<address> address_from(const std::string& text, yaml::mark at, yaml::error_sink& errors) {
    auto made = parse_address(text);
    if (!made.local.empty() && !made.domain.empty() && !made.may_be_rerouted()) return made;
    errors.add(at, "\"" + text::printable(text, 80) + "\" is no complete address");
    return std::nullopt;
}

// An archive must be allowed to have the mail as it is: nobody seals or refuses its copy.
void check_archive(const address& archive, yaml::mark at, const rule_row& row, const policy& out, yaml::error_sink& errors) {
    const auto tier = out.tiers.tier_of(archive);
    const auto cell = row.cells[tier];
    if (cell == action::deliver || cell == action::warn) return;
    errors.add(at, "the archive " + archive.spelled + " is of the tier " + out.tiers.name(tier) + ", whose cell says " +
                       std::string(name_of(cell)) + "; an archive must be where this mail may go in clear");
}

class row_reader {
public:
    row_reader(std::string name, yaml::mark at, policy& out, yaml::error_sink& errors)
        : name_(std::move(name))
        , at_(at)
        , out_(out)
        , errors_(errors)
        , cells_(out.tiers.size()) {}

    rule_row run(const yaml::node& map) {
        const yaml::map_reader check(map, "rules." + name_, errors_);
        for (const auto& [key, value] : map.entries) {
            if (key.scalar == "archive" || key.scalar == "keys") continue;
            // A cell that is no action is one error, not a missing cell besides.
            const auto cell = yaml::as_enum<action>(value, errors_, names(action{})).value_or(action::reject);
            if (key.scalar == "default") {
                default_ = cell;
            } else if (const auto tier = require_tier(key, errors_, out_.tiers)) {
                cells_[*tier] = cell;
            }
        }
        auto row = fill();
        for (const auto& [key, value] : map.entries)
            if (key.scalar == "archive")
                read_archive(value, row);
            else if (key.scalar == "keys")
                read_keys(value, row);
        return row;
    }

private:
    // A tier without a cell and without a default is refused: reject stands in until then.
    rule_row fill() {
        rule_row row;
        for (tier_id tier = 0; tier < cells_.size(); ++tier) {
            const auto cell = cells_[tier] ? cells_[tier] : default_;
            if (!cell)
                errors_.add(at_, "\"rules." + name_ + "\" has no cell for the tier \"" + out_.tiers.name(tier) +
                                     "\" and no default");
            row.cells.push_back(cell.value_or(action::reject));
        }
        return row;
    }

    // A rule narrows what encryption.keys says, and never widens it.
    void read_keys(const yaml::node& value, rule_row& row) {
        row.keys = load_key_sources(value, errors_);
        for (const auto source : *row.keys)
            if (!out_.encryption.uses(source))
                errors_.add(value.at, std::string(name_of(source)) +
                                          " does not stand in encryption.keys, and a rule can only narrow that");
    }

    void read_archive(const yaml::node& value, rule_row& row) {
        for (const auto& [text, at] : yaml::as_texts(value, errors_)) {
            const auto archive = address_from(text, at, errors_);
            if (!archive) continue;
            check_archive(*archive, at, row, out_, errors_);
            row.archive.push_back(*archive);
        }
    }

    std::string name_;
    yaml::mark at_;
    policy& out_;
    yaml::error_sink& errors_;
    std::vector<std::optional<action>> cells_;
    std::optional<action> default_;
};

} // namespace

std::optional<address> load_address(const yaml::node& value, yaml::error_sink& errors) {
    const auto text = yaml::as_text(value, errors);
    return text ? address_from(*text, value.at, errors) : std::nullopt;
}

void load_rules(const yaml::node& map, yaml::error_sink& errors, policy& out) {
    yaml::map_reader m(map, "rules", errors);
    for (const auto& one : out.classifications) {
        const auto* row = m.required(one.name);
        if (!row) continue;
        const auto key = std::ranges::find_if(map.entries, [&](const auto& e) { return &e.value == row; });
        out.rules.push_back(row_reader(one.name, key->key.at, out, errors).run(*row));
    }
    m.finish();
}

} // namespace sealgate::policy
