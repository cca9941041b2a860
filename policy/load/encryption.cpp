#include "policy/load/encryption.hpp"

#include "policy/base/text.hpp"
#include "policy/base/yaml_values.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace sealgate::policy {

namespace {

using yaml::map_reader;

constexpr std::uint64_t most_key_bits = 16'384;

void load_minimum(const yaml::node& map, yaml::error_sink& errors, key_minimum& out) {
    map_reader m(map, "encryption.minimum", errors);
    const auto read_bits = [&](const char* name, unsigned& to) {
        const auto* value = m.optional(name);
        if (!value) return;
        const auto bits = yaml::as_count(*value, errors);
        if (bits && *bits > most_key_bits)
            errors.add(value->at, "no key has more than " + std::to_string(most_key_bits) + " bits");
        else if (bits)
            to = static_cast<unsigned>(*bits);
    };
    read_bits("rsa", out.rsa);
    read_bits("elgamal", out.elgamal);
    m.finish();
}

} // namespace

void load_encryption(const yaml::node& map, yaml::error_sink& errors, encryption& out) {
    map_reader m(map, "encryption", errors);
    const auto read_word = [&]<class Enum>(const char* name, Enum& word) {
        if (const auto* value = m.optional(name)) word = yaml::as_enum<Enum>(*value, errors, names(Enum{})).value_or(word);
    };
    const auto read_switch = [&](const char* name, bool& to) {
        if (const auto* value = m.optional(name)) to = yaml::as_bool(*value, errors).value_or(to);
    };
    read_word("no_key", out.no_key);
    read_word("unverifiable", out.unverifiable);
    read_word("clear_subject", out.clear_subject);
    read_word("partial", out.partial);
    read_word("engine", out.engine);
    read_switch("accept_smime", out.accept_smime);
    read_switch("protect_subject", out.protect_subject);
    read_switch("to_sender", out.to_sender);
    if (const auto* value = m.optional("minimum")) load_minimum(*value, errors, out.minimum);
    if (const auto* value = m.optional("always_to"))
        for (auto& [who, at] : yaml::as_texts(*value, errors)) out.always_to.push_back(std::move(who));
    if (const auto* value = m.optional("keys")) out.keys = load_key_sources(*value, errors);
    m.finish();
}

void load_recipient_delimiter(const yaml::node& value, yaml::error_sink& errors, encryption& out) {
    const auto text = yaml::as_text(value, errors);
    if (!text) return;
    const auto is_delimiter = [](char c) { return c > ' ' && c < 0x7F && c != '@' && c != '"' && !text::is_alphanumeric(c); };
    if (text->empty() || !std::ranges::all_of(*text, is_delimiter))
        errors.add(value.at, "the signs between an address and its extension, as in Postfix: \"+\", or \"+-\"");
    else
        out.recipient_delimiter = *text;
}

std::vector<key_source> load_key_sources(const yaml::node& value, yaml::error_sink& errors) {
    std::vector<key_source> sources;
    const auto take = [&](const yaml::node& word) {
        const auto source = yaml::as_enum<key_source>(word, errors, names(key_source{}));
        if (source && std::ranges::find(sources, *source) == sources.end()) sources.push_back(*source);
    };
    if (value.kind == yaml::kind::list)
        std::ranges::for_each(value.items, take);
    else
        take(value);
    if (std::ranges::find(sources, key_source::own) == sources.end())
        errors.add(value.at, "own must be among them: what an administrator imported is used");
    std::ranges::sort(sources);
    return sources;
}

} // namespace sealgate::policy
