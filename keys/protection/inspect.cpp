#include "keys/protection/inspect.hpp"

#include "keys/protection/cms.hpp"
#include "keys/protection/leaf.hpp"
#include "keys/protection/preamble.hpp"
#include "keys/protection/prescan.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/mime.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace sealgate::keys {

namespace {

using policy::mime_part;
using policy::protection;

// Its header, or what its structure hides from some reader.
bool says_more_than_its_body(const mime_part& part) { return part.ambiguous || part.wordy_header; }

bool has_text_around_parts(const mime_part& part) { return !says_nothing(part.preamble) || !says_nothing(part.epilogue); }

// Names and descriptions of the two parts of PGP/MIME are those of programs. Exchange's are the longest.
bool has_long_header(const mime_part& part) {
    constexpr std::size_t longest_usual = 512;
    return part.header.size() > longest_usual;
}

// An empty part, and a multipart, say something by their name, or by what their header calls them.
bool is_titled(const mime_part& part) {
    for (auto rest = part.header; !rest.empty();)
        if (text::istarts_with(policy::take_folded_line(rest), "Content-Description:")) return true;
    return !part.file_name.empty();
}

// All parts of a message, each leaf read once, in order.
class survey {
public:
    explicit survey(const mime_part& root) { visit(root); }

    bool finds_encrypted() const { return encrypted_ != 0; }
    // The control part of PGP/MIME claims encryption too.
    bool finds_fake() const { return fake_ != 0 || versions_ != 0; }
    bool is_all_encrypted() const {
        return encrypted_ != 0 && readable_ == 0 && fake_ == 0 && versions_ <= encrypted_ && words_ <= usual_words();
    }
    const std::vector<leaf_reading>& leaves() const { return leaves_; }

    std::string first_problem() const {
        const auto at = std::ranges::find_if(leaves_, [](const auto& leaf) { return !leaf.problem.empty(); });
        return at == leaves_.end() ? "there are no encrypted data" : at->problem;
    }

    std::vector<encrypted_message> take_messages() {
        std::vector<encrypted_message> out;
        for (auto& leaf : leaves_) std::ranges::move(leaf.messages, std::back_inserter(out));
        return out;
    }

private:
    // In the headers of all parts together: each is short, and hundreds of them are a letter.
    std::size_t usual_words() const { return 1024 + 250 * encrypted_; }

    void visit(const mime_part& part) {
        if (says_more_than_its_body(part)) ++readable_;
        if (part.type == "message") ++readable_; // the header of another message, where one lies, or what is to be put together
        if (part.is_leaf()) {
            count(leaves_.emplace_back(reader_.read(part)));
            if (leaves_.back().kind == leaf_kind::empty && is_titled(part)) ++readable_;
            if (leaves_.back().kind == leaf_kind::version && has_long_header(part)) ++readable_;
            return;
        }
        if (has_text_around_parts(part)) ++readable_;
        if (part.is("multipart", "encrypted") && std::ranges::any_of(part.parts, has_long_header)) ++readable_;
        for (const auto& below : part.parts) {
            words_ += below.header_words;
            if (!below.is_leaf() && is_titled(below)) ++readable_;
            visit(below);
        }
    }

    void count(const leaf_reading& leaf) {
        switch (leaf.kind) {
        case leaf_kind::empty:
        case leaf_kind::copy: break;
        case leaf_kind::version: ++versions_; break;
        case leaf_kind::clear_signed:
        case leaf_kind::readable: ++readable_; break;
        case leaf_kind::encrypted: ++encrypted_; break;
        case leaf_kind::partial: ++encrypted_, ++readable_; break;
        case leaf_kind::fake: ++fake_; break;
        }
    }

    leaf_reader reader_;
    std::size_t encrypted_ = 0, readable_ = 0, fake_ = 0, versions_ = 0;
    std::size_t words_ = 0; // octets of headers, but for file names
    std::vector<leaf_reading> leaves_;
};

bool is_plain_leaf(const mime_part& part, std::string_view type, std::string_view subtype) {
    return part.is(type, subtype) && part.is_leaf() && !says_more_than_its_body(part);
}

// What keeps a part from being just what it says it is. Empty: nothing.
std::string problem_with_plain_leaf(const mime_part& part, std::string_view which) {
    if (!part.is_leaf()) return fmt::format("its {} part has parts of its own", which);
    if (part.ambiguous) return fmt::format("its {} part can be read in two ways", which);
    if (part.wordy_header) return fmt::format("there is something to read in the header of its {} part", which);
    return {};
}

// The control part and the data part of PGP/MIME, RFC 3156 section 4; their readings stand in the same order. Empty: they
// conform.
std::string problem_with_parts(const mime_part& version, const leaf_reading& version_read, const mime_part& data,
                               const leaf_reading& data_read) {
    if (has_long_header(version) || has_long_header(data)) return "the header of a part is longer than any program makes it";
    if (version_read.kind != leaf_kind::version) return "its first part is not the version";
    if (auto problem = problem_with_plain_leaf(version, "first"); !problem.empty()) return problem;
    if (!data.is("application", "octet-stream")) return "its second part is not application/octet-stream";
    if (auto problem = problem_with_plain_leaf(data, "second"); !problem.empty()) return problem;
    if (data_read.kind == leaf_kind::encrypted && data_read.armored) return {};
    return data_read.problem.empty() ? "no armored data" : data_read.problem;
}

// RFC 3156 section 4, to the letter. Empty: it conforms.
std::string problem_with_pgp_mime(const mime_part& root, const std::vector<leaf_reading>& leaves) {
    if (root.ambiguous) return "its structure can be read in two ways";
    if (root.wordy_header) return "its header holds more than its type";
    if (!text::iequals(root.parameter("protocol"), "application/pgp-encrypted")) return "its protocol is not OpenPGP";
    if (root.parts.size() != 2 || leaves.size() != 2) return "it does not have exactly two parts";
    if (has_text_around_parts(root)) return "there is text around its parts";
    return problem_with_parts(root.parts[0], leaves[0], root.parts[1], leaves[1]);
}

// What Exchange and iPGMail make of PGP/MIME: multipart/mixed, with or without an empty text in front. Judged by what the
// parts hold; their names are Exchange's own.
bool is_mangled_pgp_mime(const mime_part& root, const std::vector<leaf_reading>& leaves) {
    const auto count = root.parts.size();
    if (!root.is("multipart", "mixed") || says_more_than_its_body(root) || has_text_around_parts(root)) return false;
    if (count < 2 || count > 3 || leaves.size() != count) return false;
    if (count == 3) {
        const auto& first = root.parts[0];
        const bool is_text = is_plain_leaf(first, "text", "plain") || is_plain_leaf(first, "text", "html");
        if (!is_text || leaves[0].kind != leaf_kind::empty || is_titled(first) || has_long_header(first)) return false;
    }
    return problem_with_parts(root.parts[count - 2], leaves[count - 2], root.parts[count - 1], leaves[count - 1]).empty();
}

std::string to_whom(const encrypted_message& message) {
    const auto keys = message.readers.size();
    if (keys == 0) return "encrypted to a passphrase";
    return fmt::format("encrypted to {} key{}{}", keys, keys == 1 ? "" : "s",
                       message.passphrases != 0 ? " and a passphrase" : "");
}

// Of what is encrypted without protecting anything it would be wrong to say that it is not.
std::string with_problem(std::string_view claim, const std::string& problem) {
    if (problem == without_integrity || problem == to_nobody) return "OpenPGP, " + problem;
    return fmt::format("{} and is not: {}", claim, problem);
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
        out.why = with_problem("looks encrypted (OpenPGP)", leaves.first_problem());
    } else {
        out.why = "not encrypted";
    }
    out.messages = leaves.take_messages();
    return out;
}

inspection judge_pgp_mime(const mime_part& root, survey& leaves) {
    const auto problem = problem_with_pgp_mime(root, leaves.leaves());
    auto out = judge_leaves(leaves);
    if (problem.empty()) {
        out.kind = protection::pgp_mime;
        out.why = "PGP/MIME, " + to_whom(out.messages.front());
    } else if (out.kind == protection::none || out.kind == protection::pgp_fake) {
        out.kind = protection::pgp_fake;
        out.why = with_problem("says it is encrypted (multipart/encrypted)", problem);
    } else if (out.kind == protection::pgp_partial) {
        out.why += ": " + problem;
    }
    return out;
}

inspection judge_openpgp(const mime_part& root) {
    survey leaves(root);
    if (root.is("multipart", "encrypted")) return judge_pgp_mime(root, leaves);
    if (root.is_leaf() && leaves.leaves().front().kind == leaf_kind::clear_signed)
        return {.kind = protection::pgp_signed, .why = "clear-signed (OpenPGP), not encrypted"};
    const bool mangled = is_mangled_pgp_mime(root, leaves.leaves());
    auto out = judge_leaves(leaves);
    if (mangled) {
        out.kind = protection::pgp_mime;
        out.why = "PGP/MIME as Exchange rewrites it, " + to_whom(out.messages.front());
    }
    return out;
}

inspection judge_smime(const mime_part& root) {
    const auto der = root.ambiguous ? std::nullopt : decoded_body(root);
    if (der && is_enveloped_cms(der->view())) return {.kind = protection::smime, .why = "S/MIME, encrypted"};
    return {.why = "S/MIME, but not encrypted"};
}

} // namespace

inspection inspect(const policy::message& mail) {
    if (!has_encryption_trace(mail)) return {.why = "not encrypted"};
    const auto root = policy::parse_mime(mail);
    if (!root) return {.why = "its parts are nested too deep or too many to be read", .too_complex = true};
    if (root->is("application", "pkcs7-mime") || root->is("application", "x-pkcs7-mime")) return judge_smime(*root);
    if (root->is("multipart", "signed") && text::iequals(root->parameter("protocol"), "application/pgp-signature"))
        return {.kind = protection::pgp_signed, .why = "signed (OpenPGP), not encrypted"};
    return judge_openpgp(*root);
}

} // namespace sealgate::keys
