#include "policy/load/labels.hpp"

#include "policy/base/text.hpp"
#include "policy/base/yaml_values.hpp"
#include "policy/labels/msip.hpp"
#include "policy/labels/tlp.hpp"
#include "policy/load/rules.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>

namespace sealgate::policy {
namespace {

// What a family asks for beside its values: one, or several in a list.
struct label_scope {
    carrier family;
    std::string_view one, several;
    bool required;
};
constexpr auto scopes = std::to_array<label_scope>({{carrier::msip, "tenant", "tenants", true},
                                                    {carrier::epms, "namespace", "namespaces", false},
                                                    {carrier::titus, "field", "fields", true},
                                                    {carrier::janusseal, "namespace", "namespaces", true},
                                                    {carrier::nextcloud, "instance", "instances", true}});

constexpr std::string_view usual_namespace = "gov.au";

class family_loader {
public:
    family_loader(carrier family, yaml::error_sink& errors, const policy& rules)
        : family_(family)
        , what_("carriers.labels." + std::string(name_of(family)))
        , errors_(errors)
        , rules_(rules) {}

    label_rules run(const yaml::node& map) && {
        if (family_ == carrier::keywords) out_.unknown = unknown_label::ignore;
        yaml::map_reader m(map, what_, errors_);
        read_scope(m, map);
        if (const auto* values = m.required("values")) read_values(*values);
        if (const auto* unknown = m.optional("unknown")) read_unknown(*unknown);
        m.finish();
        return std::move(out_);
    }

private:
    void read_scope(yaml::map_reader& m, const yaml::node& map) {
        const auto* scope = std::ranges::find(scopes, family_, &label_scope::family);
        if (scope == scopes.end()) return;
        for (const auto key : {scope->one, scope->several})
            if (const auto* node = m.optional(key))
                for (const auto& [text, at] : yaml::as_texts(*node, errors_)) add_scope(text, at);
        if (!out_.of.empty()) return;
        if (scope->required && map.kind == yaml::kind::map)
            errors_.add(map.at, what_ + " needs \"" + std::string(scope->one) + "\": whose labels these are");
        if (!scope->required) out_.of.emplace_back(usual_namespace);
    }

    void add_scope(const std::string& text, yaml::mark at) {
        auto key = label_key(text);
        if (key.empty())
            errors_.add(at, "an empty text stands here");
        else if (family_ == carrier::msip && !is_guid(key))
            errors_.add(at, "\"" + text::printable(text, 60) +
                                "\" is no tenant's id, such as 72f988bf-86f1-41af-91ab-2d7cd011db47");
        out_.of.push_back(std::move(key));
    }

    void read_values(const yaml::node& map) {
        const yaml::map_reader check(map, what_ + ".values", errors_);
        if (map.kind == yaml::kind::map && map.entries.empty()) errors_.add(map.at, what_ + ".values is empty");
        for (const auto& [key, value] : map.entries) {
            const auto found = classification_named(value, errors_, rules_);
            if (!is_value(key) || !found) continue;
            const label_value made{.spelled = key.scalar, .classification = *found};
            if (!out_.values.emplace(label_key(key.scalar), made).second)
                errors_.add(key.at, "\"" + key.scalar + "\" stands here already (case, width and white space do not count)");
        }
    }

    bool is_value(const yaml::node& key) {
        const auto folded = label_key(key.scalar);
        if (folded.empty()) {
            errors_.add(key.at, "a value must not be empty");
            return false;
        }
        const auto is_it = [&](std::string_view colour) { return label_key(colour) == folded; };
        if (family_ != carrier::tlp || std::ranges::any_of(tlp_colours, is_it)) return true;
        const std::vector<std::string> colours(tlp_colours.begin(), tlp_colours.end());
        errors_.add(key.at, "\"" + text::printable(key.scalar, 60) + "\" is none of: " + text::join(colours, ", ") +
                                (folded == "white" ? "; WHITE is read as CLEAR" : did_you_mean(key.scalar, colours)));
        return false;
    }

    void read_unknown(const yaml::node& value) {
        using enum unknown_label;
        for (const auto what : {near_miss, ignore})
            if (value.kind == yaml::kind::scalar && value.scalar == name_of(what)) {
                out_.unknown = what;
                if (find_classification(rules_, value.scalar))
                    errors_.add(value.at,
                                "\"" + value.scalar + "\" is a word of its own here, and a classification's name as well");
                return;
            }
        if (const auto found = classification_named(value, errors_, rules_)) {
            out_.unknown = counts;
            out_.unknown_as = *found;
        }
    }

    carrier family_;
    std::string what_;
    yaml::error_sink& errors_;
    const policy& rules_;
    label_rules out_;
};

} // namespace

void load_labels(const yaml::node& map, yaml::error_sink& errors, policy& out) {
    yaml::map_reader m(map, "carriers.labels", errors);
    for (const auto& [family, name] : names(carrier{})) {
        if (!is_label(family)) continue;
        if (const auto* node = m.optional(name))
            out.carriers.labels.emplace(family, family_loader(family, errors, out).run(*node));
    }
    m.finish();
}

} // namespace sealgate::policy
