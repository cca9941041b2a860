#include "policy/proof/checkpoint.hpp"

#include "policy/audit/query.hpp"
#include "policy/base/base64.hpp"
#include "policy/base/rfc3339.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <vector>

namespace sealgate::policy {

namespace {

namespace json = boost::json;

constexpr std::string_view signature_mark = ",\"signature\":\"";

// What the signature is over. Signing and checking write it alike, so that a line has one form only. `of_note`:
// note_signature() of the tree, where there is one.
std::string covered(const checkpoint& at, const ed25519_public_key& key, std::string_view of_note) {
    json::object fields{
        {"time", rfc3339(at.time)}, {"seq", at.end.last_seq}, {"head", at.end.last_hash}, {"key", to_text(key)}};
    if (at.tree) {
        const auto& [origin, leaves, root] = at.tree->head;
        fields["tree"] = json::object{
            {"origin", origin}, {"first", at.tree->first}, {"leaves", leaves}, {"root", to_text(root)}, {"signature", of_note}};
    }
    auto out = json::serialize(fields);
    out.pop_back();
    return out;
}

std::string with_signature(std::string_view covered_text, std::string_view signature) {
    std::string line(covered_text);
    return line.append(signature_mark).append(text::encode_base64(signature)).append("\"}");
}

// Whether it is that of the records is seen once it is known to be signed.
std::optional<record_tree> tree_in(const json::object& of) {
    const auto first = number_in(of, "first"), leaves = number_in(of, "leaves");
    const auto origin = text_in(of, "origin");
    const auto root = parse_tree_hash(text_in(of, "root").value_or(""));
    if (first == 0 || leaves == 0 || !root || !is_note_name(origin.value_or(""))) return std::nullopt;
    return record_tree{.first = first, .head = {.origin = std::string(*origin), .leaves = leaves, .root = *root}};
}

} // namespace

std::string checkpoint_line(const checkpoint& at, const ed25519_key& key) {
    const auto of_note = at.tree ? note_signature(to_text(at.tree->head), at.tree->head.origin, key) : std::string{};
    const auto signed_text = covered(at, key.public_key(), of_note);
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
    const auto seq = number_in(fields, "seq"); // one that is not there is no 0: the line is compared as a whole
    const auto head = text_in(fields, "head");
    const auto key = parse_ed25519_public_key(text_in(fields, "key").value_or(""));
    const auto signature = text::decode_strict_base64(text_in(fields, "signature").value_or(""));
    if (!time || !head || !key || !signature) return malformed;
    signed_checkpoint out{.at = {.time = *time, .end = {.last_seq = seq, .last_hash = std::string(*head)}}, .key = *key};
    std::string_view of_note;
    if (fields.contains("tree")) {
        const auto& tree = object_in(fields, "tree");
        out.at.tree = tree_in(tree);
        if (!out.at.tree) return malformed;
        of_note = text_in(tree, "signature").value_or("");
        out.note = note_with(to_text(out.at.tree->head), out.at.tree->head.origin, of_note);
    }
    const auto signed_text = covered(out.at, out.key, of_note);
    const auto whole = with_signature(signed_text, *signature);
    if (line == whole + "\r") return std::unexpected(no_checkpoint{.text = std::string(ends_in_crlf)});
    if (line != whole) return malformed;
    const std::vector signer{out.key};
    if (!verifies(out.key, signed_text, *signature) || (out.at.tree && !open_note(out.note, signer)))
        return std::unexpected(no_checkpoint{.text = "was changed: its signature does not fit its content"});
    if (const auto& tree = out.at.tree; tree && (tree->first > seq || seq - tree->first + 1 != tree->head.leaves))
        return malformed;
    if (std::ranges::find(known, out.key) == known.end())
        return std::unexpected(no_checkpoint{.text = "was signed by another key, " + to_text(out.key), .other_key = out.key});
    return out;
}

} // namespace sealgate::policy
