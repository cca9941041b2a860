#include "policy/proof/record_proof.hpp"

#include "policy/audit/chain.hpp"
#include "policy/base/base64.hpp"
#include "policy/base/text.hpp"

#include <optional>
#include <utility>

namespace sealgate::policy {

namespace {

constexpr std::string_view version = "c2sp.org/tlog-proof@v1";
constexpr std::string_view extra = "extra ", index_word = "index ";
constexpr std::size_t highest_tree = 64; // hashes of a path, in a tree of 2^64 leaves

// Its form is held against to_text() by whoever asks.
std::optional<record_proof> parse(std::string_view text) {
    record_proof out;
    if (text::take_line(text) != version) return std::nullopt;
    auto line = text::take_line(text);
    if (!line.starts_with(extra)) return std::nullopt;
    auto record = text::decode_strict_base64(line.substr(extra.size()));
    line = text::take_line(text);
    const auto index = line.starts_with(index_word) ? text::whole_number(line.substr(index_word.size())) : std::nullopt;
    if (!record || !index) return std::nullopt;
    out.record = *std::move(record);
    out.index = *index;
    for (line = text::take_line(text); !line.empty(); line = text::take_line(text)) {
        const auto hash = parse_tree_hash(line);
        if (!hash || out.path.size() == highest_tree) return std::nullopt;
        out.path.push_back(*hash);
    }
    out.note = text;
    return out;
}

} // namespace

std::string to_text(const record_proof& proof) {
    std::string out(version);
    out.append("\n").append(extra).append(text::encode_base64(proof.record));
    out.append("\n").append(index_word).append(std::to_string(proof.index)).append("\n");
    for (const auto& hash : proof.path) out.append(to_text(hash)).append("\n");
    return out.append("\n").append(proof.note);
}

std::expected<proved_record, std::string> check_record_proof(std::string_view text, std::span<const ed25519_public_key> known) {
    const auto proof = parse(text);
    if (!proof || to_text(*proof) != text) return std::unexpected(std::string("is no proof of a record"));
    const auto note = open_note(proof->note, known);
    if (!note) return std::unexpected("its checkpoint " + note.error());
    const auto head = parse_tree_head(note->text);
    if (!head) return std::unexpected("its checkpoint " + head.error());
    if (head->origin != note->name)
        return std::unexpected(std::string("its checkpoint is signed under another name than the log's"));
    if (!is_included(leaf_hash(proof->record), proof->index, head->leaves, proof->path, head->root))
        return std::unexpected(std::string("does not fit: the record is not the one that was signed at that place"));
    if (const auto link = read_link(proof->record); !link) return std::unexpected("its record " + link.error());
    return proved_record{.record = proof->record, .index = proof->index, .head = *head, .key = note->key};
}

} // namespace sealgate::policy
