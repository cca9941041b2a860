#include "keys/inspect.hpp"

#include "keys/armor.hpp"
#include "keys/cms.hpp"
#include "keys/trace.hpp"
#include "policy/base/text.hpp"
#include "policy/mime.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace sealgate::keys {

namespace {

using policy::mime_part;
using policy::protection;

// What mail programs write where old ones show it; without the full stop.
constexpr auto known_sentences = std::to_array<std::string_view>({
    "This is an OpenPGP/MIME encrypted message (RFC 2440 and 3156)",
    "This is an OpenPGP/MIME encrypted message (RFC 4880 and 3156)",
    "This is an OpenPGP/MIME encrypted message (RFC 9580 and 3156)",
    "To read it you need a mail program with OpenPGP, and your key",
    "This is a multi-part message in MIME format",
    "This is a multipart message in MIME format",
    "This is a MIME-formatted message",
});

bool is_known_sentence(std::string_view line) {
    line = text::trim(line);
    if (line.ends_with('.')) line.remove_suffix(1);
    return line.empty() || std::ranges::find(known_sentences, line) != known_sentences.end();
}

// Preambles and epilogues are shown by no client, and read by whoever reads the wire.
bool says_nothing(std::string_view between) {
    while (!between.empty()) {
        const auto line = between.substr(0, between.find('\n'));
        if (!is_known_sentence(line)) return false;
        between.remove_prefix(std::min(between.size(), line.size() + 1));
    }
    return true;
}

// Its header, or what its structure hides from some reader.
bool says_more_than_its_body(const mime_part& part) { return part.ambiguous || part.wordy_header; }

// RFC 3156 section 4: the first part says the version and no more.
bool is_version_part(const mime_part& part, std::string_view content) {
    return part.is("application", "pgp-encrypted") && text::iequals(text::trim(content), "Version: 1");
}

// Never under another type: what is called text/html is shown as HTML, whatever the file name says.
bool may_be_binary_pgp(const mime_part& part) {
    if (part.is("application", "pgp-encrypted") || part.is("application", "pgp")) return true;
    if (!part.is("application", "octet-stream")) return false;
    const auto name = text::lower(text::trim(part.file_name));
    return name.ends_with(".pgp") || name.ends_with(".gpg");
}

enum class leaf_kind { empty, clear, encrypted, partial, fake };

// All leaves of a message, looked at one by one.
class survey {
public:
    explicit survey(const mime_part& root) { visit(root); }

    bool finds_encrypted() const { return encrypted_ != 0; }
    bool finds_fake() const { return fake_ != 0; }
    bool is_all_encrypted() const { return encrypted_ != 0 && readable_ == 0 && fake_ == 0; }
    const std::string& first_problem() const { return problem_; }
    std::vector<encrypted_message> take_messages() { return std::move(messages_); }

private:
    void visit(const mime_part& part) {
        if (part.is_leaf()) return count(part, kind_of(part));
        if (says_more_than_its_body(part) || !says_nothing(part.preamble) || !says_nothing(part.epilogue))
            ++readable_;
        if (part.is("message", "rfc822")) ++readable_; // its header
        for (const auto& below : part.parts)
            visit(below);
    }

    void count(const mime_part& part, leaf_kind kind) {
        switch (kind) {
        case leaf_kind::empty: break;
        case leaf_kind::clear: ++readable_; break;
        case leaf_kind::encrypted: ++encrypted_; break;
        case leaf_kind::partial: ++encrypted_, ++readable_; break;
        case leaf_kind::fake: ++fake_; break;
        }
        if (says_more_than_its_body(part)) ++readable_;
    }

    leaf_kind kind_of(const mime_part& leaf) {
        const auto content = decoded_body(leaf);
        if (!content) return announces_message(leaf.body) ? leaf_kind::fake : leaf_kind::clear;
        if (text::trim(*content).empty() || is_version_part(leaf, *content)) return leaf_kind::empty;
        if (announces_message(*content)) return kind_of_armored(*content);
        return may_be_binary_pgp(leaf) ? kind_of_binary(leaf, *content) : leaf_kind::clear;
    }

    // A key or a signature may have a .pgp name too. A forged message is a fake under any name.
    leaf_kind kind_of_binary(const mime_part& leaf, std::string_view content) {
        auto message = read_encrypted_message(content);
        if (message) {
            messages_.push_back(*std::move(message));
            return leaf_kind::encrypted;
        }
        note(message.error());
        const bool is_fake =
            leaf.is("application", "pgp-encrypted") || message.error() == readable_ciphertext;
        return is_fake ? leaf_kind::fake : leaf_kind::clear;
    }

    leaf_kind kind_of_armored(std::string_view content) {
        const auto armor = read_armor(content);
        std::size_t encrypted = 0;
        for (const auto& block : armor.blocks)
            if (block.label == "PGP MESSAGE" && is_encrypted(block.data)) ++encrypted;
        if (encrypted == 0) {
            if (armor.blocks.empty()) note("the armored data are broken");
            return leaf_kind::fake;
        }
        const bool alone = encrypted == 1 && armor.blocks.size() == 1 && !armor.other_text;
        return alone ? leaf_kind::encrypted : leaf_kind::partial;
    }

    bool is_encrypted(std::string_view binary) {
        auto message = read_encrypted_message(binary);
        if (!message) {
            note(message.error());
            return false;
        }
        messages_.push_back(*std::move(message));
        return true;
    }

    void note(std::string_view problem) {
        if (problem_.empty()) problem_ = problem;
    }

    std::size_t encrypted_ = 0, readable_ = 0, fake_ = 0;
    std::string problem_; // of the first data that are not what they claim
    std::vector<encrypted_message> messages_;
};

bool is_plain_leaf(const mime_part& part, std::string_view type, std::string_view subtype) {
    return part.is(type, subtype) && part.is_leaf() && !says_more_than_its_body(part);
}

// RFC 3156 section 4, to the letter. Empty: it conforms.
std::string problem_with_pgp_mime(const mime_part& root) {
    if (root.ambiguous) return "its structure can be read in two ways";
    if (!text::iequals(root.parameter("protocol"), "application/pgp-encrypted"))
        return "its protocol is not OpenPGP";
    if (root.parts.size() != 2) return "it does not have exactly two parts";
    if (!says_nothing(root.preamble) || !says_nothing(root.epilogue)) return "there is text around its parts";
    const auto& version = root.parts[0];
    const auto version_text = decoded_body(version);
    if (!is_plain_leaf(version, "application", "pgp-encrypted") || !version_text ||
        !is_version_part(version, *version_text))
        return "its first part is not the version";
    const auto& data = root.parts[1];
    if (!is_plain_leaf(data, "application", "octet-stream"))
        return "its second part is not application/octet-stream";
    const auto armored = decoded_body(data);
    if (!armored) return "its second part cannot be decoded";
    const auto binary = read_armored_message(*armored);
    if (!binary) return binary.error();
    const auto message = read_encrypted_message(*binary);
    return message ? std::string{} : message.error();
}

std::string to_whom(const encrypted_message& message) {
    const auto keys = message.key_ids.size();
    if (keys == 0) return "encrypted to a passphrase";
    return fmt::format("encrypted to {} key{}{}", keys, keys == 1 ? "" : "s",
                       message.passphrases != 0 ? " and a passphrase" : "");
}

// By the leaves alone, whatever is said around them.
inspection judge_leaves(survey& leaves) {
    inspection out;
    if (leaves.is_all_encrypted()) {
        out.kind = protection::pgp_inline;
        out.why = "every part is encrypted by itself (OpenPGP)";
    } else if (leaves.finds_encrypted()) {
        out.kind = protection::pgp_partial;
        out.why = "a part of it is encrypted (OpenPGP), and something beside it can be read";
    } else if (leaves.finds_fake()) {
        out.kind = protection::pgp_fake;
        out.why = "looks encrypted (OpenPGP) and is not: " + leaves.first_problem();
    } else {
        out.why = "not encrypted";
    }
    out.messages = leaves.take_messages();
    return out;
}

inspection judge_pgp_mime(const mime_part& root, survey& leaves) {
    const auto problem = problem_with_pgp_mime(root);
    auto out = judge_leaves(leaves);
    if (problem.empty()) {
        out.kind = protection::pgp_mime;
        out.why = "PGP/MIME, " + to_whom(out.messages.front());
    } else if (out.kind == protection::none || out.kind == protection::pgp_fake) {
        out.kind = protection::pgp_fake;
        out.why = "says it is encrypted (multipart/encrypted) and is not: " + problem;
    } else if (out.kind == protection::pgp_partial) {
        out.why += ": " + problem;
    }
    return out;
}

inspection judge_smime(const mime_part& root) {
    const auto der = root.ambiguous ? std::nullopt : decoded_body(root);
    if (der && is_enveloped_cms(*der)) return {.kind = protection::smime, .why = "S/MIME, encrypted"};
    return {.why = "S/MIME, but not encrypted"};
}

} // namespace

inspection inspect(const policy::message& mail) {
    if (!has_encryption_trace(mail)) return {.why = "not encrypted"};
    const auto root = policy::parse_mime(mail);
    if (!root) return {.why = "its parts are nested too deep or too many to be read", .too_complex = true};
    if (root->is("application", "pkcs7-mime") || root->is("application", "x-pkcs7-mime"))
        return judge_smime(*root);
    if (root->is("multipart", "signed") &&
        text::iequals(root->parameter("protocol"), "application/pgp-signature"))
        return {.kind = protection::pgp_signed, .why = "signed (OpenPGP), not encrypted"};
    survey leaves(*root);
    return root->is("multipart", "encrypted") ? judge_pgp_mime(*root, leaves) : judge_leaves(leaves);
}

} // namespace sealgate::keys
