#include "keys/protection/part_accounts.hpp"

#include "keys/openpgp/packet_text.hpp"
#include "keys/protection/leaf.hpp"
#include "keys/protection/preamble.hpp"
#include "keys/protection/prescan.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/mime.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sealgate::keys {

namespace {

using policy::mime_part;

std::string with_reason(std::string verdict, const std::string& problem) {
    return problem.empty() ? verdict : verdict + ": " + problem;
}

std::string verdict_on(const leaf_reading& leaf) {
    switch (leaf.kind) {
    case leaf_kind::empty: return "empty";
    case leaf_kind::version: return "the version of PGP/MIME";
    case leaf_kind::readable: return "readable";
    case leaf_kind::clear_signed: return "readable, and signed";
    case leaf_kind::encrypted: return "encrypted";
    case leaf_kind::copy: return "the encrypted text once more, as HTML";
    case leaf_kind::partial: return with_reason("encrypted, with something readable beside it", leaf.problem);
    case leaf_kind::fake:
        if (leaf.problem == without_integrity || leaf.problem == to_nobody) return leaf.problem;
        return with_reason("claims to be encrypted and is not", leaf.problem);
    }
    std::unreachable();
}

// What inspect() holds against a part beside what its leaves hold.
std::string remarks_on(const mime_part& part) {
    std::vector<std::string> remarks;
    if (part.ambiguous) remarks.emplace_back("programs may read its structure differently");
    if (part.wordy_header) remarks.emplace_back("readable text in its header");
    if (!says_nothing(part.preamble)) remarks.emplace_back("readable text before its parts");
    if (!says_nothing(part.epilogue)) remarks.emplace_back("readable text behind its parts");
    if (part.is("message", "rfc822")) remarks.emplace_back("the header of the message in it is readable");
    return text::join(remarks, "; ");
}

std::vector<std::string> packets_in(const mime_part& leaf, leaf_kind kind) {
    std::vector<std::string> out;
    const bool claims_data = kind == leaf_kind::encrypted || kind == leaf_kind::partial || kind == leaf_kind::fake;
    if (!claims_data) return out;
    for (const auto& data : openpgp_data(leaf)) {
        auto lines = describe_packets(data);
        std::ranges::move(lines, std::back_inserter(out));
    }
    return out;
}

void give_account(const mime_part& part, const std::string& path, leaf_reader& reader, std::vector<policy::part_account>& out) {
    policy::part_account account{.path = path.empty() ? "0" : path,
                                 .type = text::printable(part.type + "/" + part.subtype, 80)};
    if (part.is_leaf()) {
        const auto reading = reader.read(part);
        account.verdict = verdict_on(reading);
        account.packets = packets_in(part, reading.kind);
    }
    const auto remarks = remarks_on(part);
    if (!remarks.empty()) account.verdict += (account.verdict.empty() ? "" : "; ") + remarks;
    out.push_back(std::move(account));
    for (std::size_t i = 0; i < part.parts.size(); ++i)
        give_account(part.parts[i], (path.empty() ? "" : path + ".") + std::to_string(i + 1), reader, out);
}

} // namespace

std::vector<policy::part_account> anatomy(const policy::message& mail) {
    std::vector<policy::part_account> out;
    if (!has_encryption_trace(mail)) return out;
    leaf_reader reader;
    if (const auto root = policy::parse_mime(mail)) give_account(*root, "", reader, out);
    return out;
}

} // namespace sealgate::keys
