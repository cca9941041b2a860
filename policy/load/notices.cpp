#include "policy/load/notices.hpp"

#include "policy/base/text.hpp"
#include "policy/base/yaml_values.hpp"
#include "policy/load/rules.hpp"
#include "policy/load/texts.hpp"

#include <algorithm>

namespace sealgate::policy {

namespace {

constexpr std::uint64_t longest_duration = 10ULL * 365 * 86400;

void read_duration(const yaml::node& value, yaml::error_sink& errors, std::chrono::seconds& to) {
    const auto seconds = yaml::as_seconds(value, errors);
    if (!seconds) return;
    if (*seconds > longest_duration)
        errors.add(value.at, "longer than ten years");
    else
        to = std::chrono::seconds(static_cast<std::int64_t>(*seconds));
}

void read_services(const yaml::node& value, yaml::error_sink& errors, std::vector<std::string>& to) {
    for (const auto& [domain, at] : yaml::as_texts(value, errors)) {
        if (domain.starts_with('.') || !tier_table::is_domain_pattern(domain))
            errors.add(at, "\"" + text::printable(domain, 80) + "\" is no domain");
        else
            to.push_back(domain);
    }
}

void check_language(const yaml::node& value, yaml::error_sink& errors, const notices& made) {
    std::vector<std::string> known{"auto"};
    for (const auto& one : made.languages) known.push_back(one.tag);
    if (std::ranges::find(known, made.language) == known.end())
        errors.add(value.at, "there are no texts in \"" + text::printable(made.language, 60) +
                                 "\"; there are: " + text::join(known, ", ") + did_you_mean(made.language, known));
}

} // namespace

void load_notices(const yaml::node* section, yaml::error_sink& errors, const include_context& includes,
                  const directory_reader& list, policy& out) {
    auto& to = out.notices;
    to.languages = shipped_languages();
    if (!section) return load_texts(nullptr, errors, includes, list, out.tiers, to.languages);
    yaml::map_reader m(*section, "notices", errors);
    if (const auto* value = m.optional("from"))
        if (const auto made = load_address(*value, errors)) to.from = *made;
    if (const auto* value = m.optional("once_per")) read_duration(*value, errors, to.once_per);
    if (const auto* value = m.optional("digest")) read_duration(*value, errors, to.digest);
    if (const auto* value = m.optional("help"))
        if (auto text = yaml::as_text(*value, errors)) to.help = *std::move(text);
    if (const auto* value = m.optional("services")) read_services(*value, errors, to.services);
    if (const auto* value = m.optional("refusals")) to.refusals = yaml::as_bool(*value, errors).value_or(to.refusals);
    const auto* language = m.optional("language");
    const auto* texts = m.optional("texts");
    m.finish();
    load_texts(texts, errors, includes, list, out.tiers, to.languages);
    if (!language) return;
    if (auto word = yaml::as_text(*language, errors)) {
        to.language = *std::move(word);
        check_language(*language, errors, to);
    }
}

} // namespace sealgate::policy
