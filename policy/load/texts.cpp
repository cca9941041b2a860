#include "policy/load/texts.hpp"

#include "policy/base/text.hpp"
#include "policy/base/yaml_values.hpp"
#include "policy/texts/builtin.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace sealgate::policy {

namespace {

constexpr std::string_view ending = ".yaml";

// RFC 5646 section 2.1, as far as texts need it: "de", "pt-BR", "sr-Latn".
bool is_language_tag(std::string_view tag) {
    bool first = true;
    for (const auto part : text::split(tag, '-')) {
        const auto longest = first ? std::size_t{3} : std::size_t{8};
        if (part.size() < 2 || part.size() > longest) return false;
        for (const char c : part) {
            const char lower = text::to_lower(c);
            if (!(lower >= 'a' && lower <= 'z') && (first || !text::is_digit(c))) return false;
        }
        first = false;
    }
    return true;
}

std::vector<std::string> given(std::span<const std::string_view> places) {
    std::vector<std::string> out;
    for (const auto place : places)
        if (!place.empty()) out.emplace_back(place);
    return out;
}

// A text over several lines is one paragraph.
std::string one_paragraph(std::string_view value) {
    std::string out;
    for (const char c : value) {
        const bool space = text::is_space(c);
        if (space && (out.empty() || out.back() == ' ')) continue;
        out += space ? ' ' : c;
    }
    return std::string(text::trim(out));
}

// A mark within a text is as near as YAML lets us say it: where the text begins.
void check_places(const yaml::entry& one, const text_rule& rule, yaml::error_sink& errors) {
    const auto quoted = "\"" + one.key.scalar + "\"";
    const auto at = one.value.at;
    const auto needs = given(rule.needs);
    auto known = needs;
    std::ranges::copy(given(rule.may), std::back_inserter(known));
    const auto seen = parts_of(one.value.scalar);
    if (seen.broken != std::string_view::npos)
        errors.add(at, quoted + " has a brace that stands alone; places are written {name}");
    std::vector<std::string> used;
    for (const auto& part : seen.parts) {
        if (!part.is_place) continue;
        used.emplace_back(part.text);
        if (std::ranges::find(known, part.text) == known.end())
            errors.add(at, quoted + " has no place {" + text::printable(part.text, 60) + "}" + did_you_mean(part.text, known));
    }
    for (const auto& need : needs)
        if (std::ranges::find(used, need) == used.end()) errors.add(at, quoted + " lacks {" + need + "}");
}

// "tier-unsecure" and "tier-unsecure-meaning": of a tier of this policy, or one that the shipped texts know.
bool is_tier_text(std::string_view name, const tier_table& tiers) {
    constexpr std::string_view prefix = "tier-", suffix = "-meaning";
    if (!name.starts_with(prefix)) return false;
    name.remove_prefix(prefix.size());
    const auto whole = name;
    if (name.ends_with(suffix)) name.remove_suffix(suffix.size());
    return tiers.find(whole) || tiers.find(name);
}

class language_reader {
public:
    language_reader(yaml::error_sink& errors, const tier_table& tiers)
        : errors_(errors)
        , tiers_(tiers) {
        for (const auto& rule : text_rules()) names_.emplace_back(rule.name);
    }

    // `first`: the language whose texts stand in for those that were added later.
    void read(const yaml::node& root, bool is_new, const language_texts& first, language_texts& into) {
        yaml::map_reader top(root, "texts of " + into.tag, errors_);
        const auto* words = top.optional("words");
        const auto* texts = is_new ? top.required("texts") : top.optional("texts");
        top.finish();
        if (words) {
            into.words.clear();
            for (const auto& [word, at] : yaml::as_texts(*words, errors_)) into.words.push_back(text::lower(word));
        }
        if (!texts) return;
        const yaml::map_reader check(*texts, "texts", errors_);
        for (const auto& one : texts->entries) read_text(one, into);
        if (is_new) report_missing(*texts, first, into);
    }

private:
    void read_text(const yaml::entry& one, language_texts& into) {
        auto value = yaml::as_text(one.value, errors_);
        if (!value) return;
        const auto& name = one.key.scalar;
        const auto rule = std::ranges::find(text_rules(), name, &text_rule::name);
        if (rule != text_rules().end()) {
            check_places(one, *rule, errors_);
        } else if (is_tier_text(name, tiers_)) {
            check_places(one, {.name = name}, errors_);
        } else {
            errors_.add(one.key.at, "there is no text \"" + text::printable(name, 60) + "\"" + did_you_mean(name, names_));
            return;
        }
        into.texts[name] = one_paragraph(*value);
        if (into.texts[name].empty()) errors_.add(one.value.at, "\"" + name + "\" is empty");
    }

    void report_missing(const yaml::node& texts, const language_texts& first, language_texts& read) {
        for (const auto& rule : text_rules()) {
            const std::string name(rule.name);
            if (read.texts.contains(name)) continue;
            if (rule.added && first.texts.contains(name))
                read.texts[name] = first.texts.at(name);
            else
                errors_.add(texts.at, "the language " + read.tag + " lacks the text \"" + name + "\"");
        }
    }

    yaml::error_sink& errors_;
    const tier_table& tiers_;
    std::vector<std::string> names_;
};

// Nothing for files that are none of ours.
std::optional<std::string> language_of(const std::string& file, const std::string& path, yaml::error_sink& errors) {
    auto in_file = errors.for_file(path);
    if (file.ends_with(".yml")) in_file.add({}, "files of texts end in .yaml");
    if (file.starts_with('.') || !file.ends_with(ending)) return std::nullopt;
    auto tag = file.substr(0, file.size() - ending.size());
    if (is_language_tag(tag)) return tag;
    in_file.add({}, "\"" + text::printable(tag, 60) + "\" is no language; name the file as in de.yaml or pt-BR.yaml");
    return std::nullopt;
}

} // namespace

const std::vector<language_texts>& shipped_languages() {
    static const std::vector<language_texts> shipped = [] {
        // The names of tiers that a policy is likely to have.
        tier_table tiers;
        for (const auto* name : {"secure", "even-better", "better", "unsecure"}) tiers.add_tier(name);
        std::vector<language_texts> out;
        std::vector<yaml::diagnostic> problems;
        for (const auto& [tag, yaml] : builtin_texts()) {
            yaml::error_sink errors("policy/texts/" + std::string(tag) + ".yaml", problems);
            load_language(tag, yaml, errors, tiers, out);
        }
        if (!problems.empty()) throw std::logic_error(problems.front().to_string());
        return out;
    }();
    return shipped;
}

void load_language(std::string_view tag, std::string_view yaml, yaml::error_sink& errors, const tier_table& tiers,
                   std::vector<language_texts>& into) {
    const auto root = yaml::parse(yaml, errors);
    if (!root) return;
    auto at = std::ranges::find_if(into, [&](const auto& one) { return text::iequals(one.tag, tag); });
    const bool is_new = at == into.end();
    if (is_new) at = into.insert(into.end(), {.tag = std::string(tag), .words = {}, .texts = {}});
    if (root->kind == yaml::kind::null && !is_new) return; // all of it in comments
    language_reader(errors, tiers).read(*root, is_new, into.front(), *at);
}

void load_texts(const yaml::node* named, yaml::error_sink& errors, const include_context& includes,
                const directory_reader& list, const tier_table& tiers, std::vector<language_texts>& into) {
    const auto name = named ? yaml::as_text(*named, errors) : std::string("texts");
    if (!name || !list) return;
    const auto directory = beside(includes.policy_path, *name);
    auto files = list(directory);
    if (!files || (!*files && named)) {
        const auto at = named ? named->at : yaml::mark{};
        errors.add(at, "the directory of texts " + directory + (files ? " does not exist" : " " + files.error()));
        return;
    }
    if (!*files) return;
    std::ranges::sort(**files);
    for (const auto& file : **files) {
        const auto path = directory + "/" + file;
        const auto tag = language_of(file, path, errors);
        if (!tag) continue;
        auto in_file = errors.for_file(path);
        const auto text = includes.read(path);
        if (!text) {
            in_file.add({}, text.error());
            continue;
        }
        includes.covered += *text;
        load_language(*tag, *text, in_file, tiers, into);
    }
}

} // namespace sealgate::policy
