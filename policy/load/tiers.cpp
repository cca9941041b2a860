#include "policy/load/tiers.hpp"

#include "policy/base/text.hpp"
#include "policy/base/yaml_values.hpp"

#include <algorithm>

namespace sealgate::policy {

namespace {

void add_domain(const std::string& domain, yaml::mark at, yaml::error_sink& errors, tier_id tier, tier_table& out) {
    const auto quoted = "\"" + text::printable(domain, 80) + "\"";
    if (!tier_table::is_domain_pattern(domain)) {
        errors.add(at, quoted + " is no domain; write \"x.org\", or \".x.org\" for all below it too");
    } else if (const auto listed = out.add_domain(tier, domain); listed) {
        errors.add(at, quoted + " is listed already, as " + out.name(*listed));
    }
}

// One domain a line; "#" begins a comment.
void load_domain_file(std::string_view text, yaml::error_sink& errors, tier_id tier, tier_table& out) {
    text = text::without_byte_order_mark(text);
    if (!yaml::is_readable(text, errors)) return;
    int line = 0;
    for (auto rest : text::split(text, '\n')) {
        ++line;
        const auto domain = text::trim(rest.substr(0, rest.find('#')));
        const auto column = static_cast<int>(domain.data() - rest.data()) + 1;
        if (!domain.empty()) add_domain(std::string(domain), {line, column}, errors, tier, out);
    }
}

// Whether the place where a list would stand beside the policy is seen to be empty. One that is there and cannot be read is
// not: it would be passed over in silence.
bool is_absent(const std::string& path, const include_context& includes) {
    if (!includes.list) return false;
    const auto slash = path.rfind('/');
    const auto names = includes.list(slash == std::string::npos ? "." : path.substr(0, slash + 1));
    return names && *names && std::ranges::find(**names, path.substr(slash + 1)) == (**names).end();
}

void load_include(const std::string& name, yaml::mark at, yaml::error_sink& errors, const include_context& includes,
                  tier_id tier, tier_table& out) {
    auto path = beside(includes.policy_path, name);
    const bool is_to_ship = !name.contains('/') && is_absent(path, includes);
    const auto nowhere = is_to_ship ? "there is no " + path + ", and " : "cannot include ";
    if (is_to_ship) path = std::string(shipped_lists) + name;
    const auto text = includes.read(path);
    if (!text) {
        errors.add(at, nowhere + path + ": " + text.error());
        return;
    }
    includes.covered += *text;
    includes.lists.push_back(path);
    auto in_file = errors.for_file(path);
    load_domain_file(*text, in_file, tier, out);
}

bool is_reserved(std::string_view name) {
    return name == "organisation" || name == "unknown" || name == "default" || name == "archive";
}

} // namespace

std::string beside(const std::string& file, const std::string& name) {
    const auto slash = file.rfind('/');
    return name.starts_with('/') || slash == std::string::npos ? name : file.substr(0, slash + 1) + name;
}

void load_domains(const yaml::node& list, yaml::error_sink& errors, tier_id tier, tier_table& out) {
    for (const auto& [domain, at] : yaml::as_texts(list, errors)) add_domain(domain, at, errors, tier, out);
}

void load_tiers(const yaml::node& map, yaml::error_sink& errors, const include_context& includes, tier_table& out) {
    const yaml::map_reader check(map, "tiers", errors);
    for (const auto& [name, content] : map.entries) {
        if (is_reserved(name.scalar)) {
            errors.add(name.at, "\"" + name.scalar + "\" is a word of its own and cannot name a tier");
            continue;
        }
        const auto tier = out.add_tier(name.scalar);
        yaml::map_reader m(content, "tiers." + name.scalar, errors);
        if (const auto* domains = m.optional("domains")) load_domains(*domains, errors, tier, out);
        if (const auto* include = m.optional("include"))
            for (const auto& [file, at] : yaml::as_texts(*include, errors)) load_include(file, at, errors, includes, tier, out);
        m.finish();
    }
}

std::optional<tier_id> require_tier(const yaml::node& key, yaml::error_sink& errors, const tier_table& tiers) {
    const auto found = tiers.find(key.scalar);
    if (found) return found;
    std::vector<std::string> known;
    for (tier_id i = 0; i < tiers.size(); ++i) known.push_back(tiers.name(i));
    errors.add(key.at, "there is no tier \"" + key.scalar + "\"" + did_you_mean(key.scalar, known));
    return std::nullopt;
}

} // namespace sealgate::policy
