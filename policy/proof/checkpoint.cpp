#include "policy/proof/checkpoint.hpp"

#include "policy/audit/query.hpp"
#include "policy/base/base64.hpp"
#include "policy/base/rfc3339.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace sealgate::policy {

namespace {

namespace json = boost::json;

constexpr std::string_view signature_mark = ",\"signature\":\"";

// What the signature is over. Signing and checking write it alike, so that a line has one form only. `signature`: what stands
// in the note of the tree behind the name.
std::string covered(const checkpoint& at, const ed25519_public_key& key, std::string_view signature) {
    json::object fields{
        {"time", rfc3339(at.time)}, {"seq", at.end.last_seq}, {"head", at.end.last_hash}, {"key", to_text(key)}};
    if (at.tree) {
        const auto& [origin, leaves, root] = at.tree->head;
        fields["tree"] = json::object{{"origin", origin},
                                      {"first", at.tree->first},
                                      {"leaves", leaves},
                                      {"root", text::encode_base64(std::string(root.begin(), root.end()))},
                                      {"signature", signature}};
    }
    auto out = json::serialize(fields);
    out.pop_back();
    return out;
}

std::string with_signature(std::string_view covered_text, std::string_view signature) {
    std::string line(covered_text);
    return line.append(signature_mark).append(text::encode_base64(signature)).append("\"}");
}

// Of a note with one.
std::string_view signature_in(std::string_view note) {
    if (note.empty()) return {};
    note.remove_suffix(1);
    return note.substr(note.rfind(' ') + 1);
}

std::optional<std::uint64_t> number_at(const json::object& of, std::string_view field) {
    const auto* value = of.if_contains(field);
    if (!value) return std::nullopt;
    boost::system::error_code no_number;
    const auto number = value->to_number<std::uint64_t>(no_number);
    return no_number ? std::nullopt : std::optional(number);
}

struct tree_read {
    record_tree tree;
    std::string note;
};

// Whether its note is signed by that key is told apart from whether it has a form.
std::optional<tree_read> tree_in(const json::object& of) {
    const auto first = number_at(of, "first"), leaves = number_at(of, "leaves");
    const auto origin = text_in(of, "origin"), signature = text_in(of, "signature");
    const auto root = text::decode_strict_base64(text_in(of, "root").value_or(""));
    tree_read out;
    if (!first || !leaves || !origin || !signature || !root || root->size() != out.tree.head.root.size()) return std::nullopt;
    if (*first == 0 || *leaves == 0 || !is_note_name(*origin)) return std::nullopt;
    out.tree.first = *first;
    out.tree.head.origin = *origin;
    out.tree.head.leaves = *leaves;
    std::ranges::copy(*root, out.tree.head.root.begin());
    out.note = note_with(to_text(out.tree.head), *origin, *signature);
    return out;
}

} // namespace

std::string checkpoint_line(const checkpoint& at, const ed25519_key& key) {
    const auto note = at.tree ? sign_note(to_text(at.tree->head), at.tree->head.origin, key) : std::string{};
    const auto signed_text = covered(at, key.public_key(), signature_in(note));
    return with_signature(signed_text, key.sign(signed_text));
}

std::expected<signed_checkpoint, no_checkpoint> read_checkpoint(std::string_view line,
                                                                std::span<const ed25519_public_key> known) {
    boost::system::error_code error;
    const auto value = json::parse(line, error);
    const std::unexpected malformed(no_checkpoint{.text = "is no checkpoint of this log's form"});
    if (error || !value.is_object()) return malformed;
    const auto& fields = value.get_object();
    const auto time = parse_rfc3339(text_in(fields, "time").value_or(""));
    const auto seq = number_at(fields, "seq");
    const auto head = text_in(fields, "head");
    const auto key = parse_ed25519_public_key(text_in(fields, "key").value_or(""));
    const auto signature = text::decode_strict_base64(text_in(fields, "signature").value_or(""));
    if (!time || !seq || !head || !key || !signature) return malformed;
    signed_checkpoint out{.at = {.time = *time, .end = {.last_seq = *seq, .last_hash = std::string(*head)}}, .key = *key};
    if (const auto* tree = fields.if_contains("tree")) {
        auto read = tree->is_object() ? tree_in(tree->get_object()) : std::nullopt;
        if (!read) return malformed;
        out.at.tree = std::move(read->tree);
        out.note = std::move(read->note);
    }
    const auto signed_text = covered(out.at, out.key, signature_in(out.note));
    const auto whole = with_signature(signed_text, *signature);
    if (line == whole + "\r") return std::unexpected(no_checkpoint{.text = std::string(ends_in_crlf)});
    if (line != whole) return malformed;
    const std::vector signer{out.key};
    if (!verifies(out.key, signed_text, *signature) || (out.at.tree && !open_note(out.note, signer)))
        return std::unexpected(no_checkpoint{.text = "was changed: its signature does not fit its content"});
    if (const auto& tree = out.at.tree; tree && (tree->first > *seq || *seq - tree->first + 1 != tree->head.leaves))
        return malformed;
    if (std::ranges::find(known, out.key) == known.end())
        return std::unexpected(no_checkpoint{.text = "was signed by another key, " + to_text(out.key), .other_key = out.key});
    return out;
}

} // namespace sealgate::policy
