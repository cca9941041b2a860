#include "policy/proof/signed_note.hpp"

#include "policy/base/base64.hpp"
#include "policy/base/hex.hpp"
#include "policy/base/text.hpp"
#include "policy/crypto/digest.hpp"

#include <algorithm>

namespace sealgate::policy {

namespace {

constexpr std::string_view before_name = "\xE2\x80\x94 "; // an em dash
constexpr char ed25519_type = '\1';
constexpr std::size_t id_size = 4;

std::string typed(const ed25519_public_key& key) {
    return std::string(1, ed25519_type).append(key.octets.begin(), key.octets.end());
}

std::string id_of(std::string_view name, const ed25519_public_key& key) {
    const auto hash = sha256_of(std::string(name).append("\n").append(typed(key)));
    return {hash.begin(), hash.begin() + id_size};
}

bool has_control_characters(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; });
}

struct signature_line {
    std::string_view name;
    std::string id, signature;
};

std::expected<signature_line, std::string> parse_signature(std::string_view line) {
    const std::unexpected malformed(std::string("has a line among its signatures that is none"));
    if (!line.starts_with(before_name)) return malformed;
    line.remove_prefix(before_name.size());
    const auto space = line.find(' ');
    if (space == std::string_view::npos || !is_note_name(line.substr(0, space))) return malformed;
    const auto octets = text::decode_strict_base64(line.substr(space + 1));
    if (!octets || octets->size() <= id_size) return malformed;
    return signature_line{
        .name = line.substr(0, space), .id = octets->substr(0, id_size), .signature = octets->substr(id_size)};
}

} // namespace

bool is_note_name(std::string_view name) {
    return !name.empty() && text::is_utf8(name) &&
           std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == '+' || c == 0x7F; });
}

std::string verifier_key(std::string_view name, const ed25519_public_key& key) {
    return std::string(name) + "+" + text::lower_hex(id_of(name, key)) + "+" + text::encode_base64(typed(key));
}

std::expected<named_key, std::string> parse_verifier_key(std::string_view text) {
    const std::unexpected malformed(std::string("is no verifier key: NAME+ID+KEY, of Ed25519"));
    const auto first = text.find('+'), second = text.find('+', first == std::string_view::npos ? first : first + 1);
    if (second == std::string_view::npos) return malformed;
    const auto octets = text::decode_strict_base64(text.substr(second + 1));
    named_key out{.name = std::string(text.substr(0, first)), .key = {}};
    if (!is_note_name(out.name) || !octets || octets->size() != 1 + out.key.octets.size() || octets->front() != ed25519_type)
        return malformed;
    std::copy(octets->begin() + 1, octets->end(), out.key.octets.begin());
    if (!text::iequals(text.substr(first + 1, second - first - 1), text::lower_hex(id_of(out.name, out.key))))
        return std::unexpected(std::string("is no verifier key: its id is another key's"));
    return out;
}

std::string note_with(std::string_view text, std::string_view name, std::string_view signature) {
    return std::string(text).append("\n").append(before_name).append(name).append(" ").append(signature).append("\n");
}

std::string note_signature(std::string_view text, std::string_view name, const ed25519_key& key) {
    return text::encode_base64(id_of(name, key.public_key()) + key.sign(text));
}

std::string sign_note(std::string_view text, std::string_view name, const ed25519_key& key) {
    return note_with(text, name, note_signature(text, name, key));
}

std::expected<opened_note, std::string> open_note(std::string_view note, std::span<const ed25519_public_key> known) {
    constexpr std::size_t most_signatures = 100;
    const auto gap = note.rfind("\n\n");
    if (gap == std::string_view::npos || !note.ends_with('\n') || !text::is_utf8(note) || has_control_characters(note))
        return std::unexpected(std::string("is no signed note"));
    opened_note out{.text = std::string(note.substr(0, gap + 1)), .name = {}, .key = {}};
    auto rest = note.substr(gap + 2);
    for (std::size_t lines = 0; !rest.empty(); ++lines) {
        const auto line = parse_signature(rest.substr(0, rest.find('\n')));
        rest.remove_prefix(rest.find('\n') + 1);
        if (!line) return std::unexpected(line.error());
        if (lines == most_signatures) return std::unexpected(std::string("has too many signatures"));
        const auto signer = std::ranges::find_if(known, [&](const auto& key) { return id_of(line->name, key) == line->id; });
        if (signer == known.end()) continue;
        if (!verifies(*signer, out.text, line->signature))
            return std::unexpected(std::string("was changed: its signature does not fit its content"));
        if (!out.name.empty()) continue;
        out.name = line->name;
        out.key = *signer;
    }
    if (out.name.empty()) return std::unexpected(std::string("is not signed by the key that was given"));
    return out;
}

std::string to_text(const tree_head& head) {
    return head.origin + "\n" + std::to_string(head.leaves) + "\n" + to_text(head.root) + "\n";
}

std::expected<tree_head, std::string> parse_tree_head(std::string_view text) {
    const std::unexpected malformed(std::string("is no checkpoint: an origin, a size and a root"));
    const auto rest = text;
    const std::string_view origin = text::take_line(text), size = text::take_line(text), root = text::take_line(text);
    const auto leaves = text::whole_number(size);
    const auto hash = parse_tree_hash(root);
    if (origin.empty() || !leaves || !hash) return malformed;
    tree_head out{.origin = std::string(origin), .leaves = *leaves, .root = *hash};
    // One form only, and extensions are not of ours.
    if (to_text(out) != rest) return malformed;
    return out;
}

} // namespace sealgate::policy
