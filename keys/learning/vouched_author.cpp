#include "keys/learning/vouched_author.hpp"

#include "keys/learning/authentication_results.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/mailbox_list.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace sealgate::keys {

namespace {

// Each result is held against each signature.
constexpr std::size_t most_signatures = 16, most_results = 64;

// RFC 6008 section 4.
constexpr std::size_t least_digits = 8;

bool is_or_is_below(std::string_view domain, std::string_view above) {
    return domain == above ||
           (domain.size() > above.size() && domain.ends_with(above) && domain[domain.size() - above.size() - 1] == '.');
}

bool is_aligned(std::string_view author, std::string_view signer) {
    return author == signer || (signer.contains('.') && is_or_is_below(author, signer));
}

bool is_below_identity_of(std::string_view identity, const dkim_signature& signature) {
    const auto at = identity.rfind('@');
    return at != std::string_view::npos && is_or_is_below(policy::canonical_domain(identity.substr(at + 1)), signature.domain);
}

bool means(const authentication_result& said, const dkim_signature& signature) {
    const auto domain = said.property("header.d"), identity = said.property("header.i"), selector = said.property("header.s"),
               digits = said.property("header.b");
    if (domain && policy::canonical_domain(*domain) != signature.domain) return false;
    if (identity && !is_below_identity_of(*identity, signature)) return false;
    if (selector && !text::iequals(*selector, signature.selector)) return false;
    if (!digits) return domain && selector;
    return digits->size() >= least_digits && signature.value.starts_with(*digits);
}

std::optional<std::vector<dkim_signature>> signatures_in(const policy::message& mail) {
    std::vector<dkim_signature> out;
    for (const auto value : policy::field_values(mail, "DKIM-Signature")) {
        auto read = read_dkim_signature(value);
        if (!read || read->identity.contains('=') || out.size() == most_signatures) return std::nullopt;
        out.push_back(*std::move(read));
    }
    return out;
}

// Takes those away that are not known to be good.
void keep_good(std::vector<dkim_signature>& signatures, const std::vector<authentication_result>& results) {
    std::vector<bool> passes(signatures.size()), fails(signatures.size());
    for (const auto& said : results) {
        std::vector<std::size_t> meant;
        for (std::size_t i = 0; i < signatures.size(); ++i)
            if (means(said, signatures[i])) meant.push_back(i);
        if (said.result != "pass")
            for (const auto i : meant) fails[i] = true;
        else if (meant.size() == 1)
            passes[meant.front()] = true;
    }
    std::vector<dkim_signature> out;
    for (std::size_t i = 0; i < signatures.size(); ++i)
        if (passes[i] && !fails[i]) out.push_back(std::move(signatures[i]));
    signatures = std::move(out);
}

} // namespace

std::optional<policy::address> only_author(const policy::message& mail) {
    const auto fields = policy::field_values(mail, "From");
    if (fields.size() != 1) return std::nullopt;
    const auto mailboxes = policy::mailbox_addresses(fields.front());
    if (mailboxes.size() != 1 || !policy::is_envelope_address(mailboxes.front())) return std::nullopt;
    auto author = policy::parse_address(mailboxes.front());
    if (author.domain.empty() || author.may_be_rerouted()) return std::nullopt;
    return author;
}

std::optional<vouched_author> vouched_author_of(const policy::message& mail, std::span<const std::string> authserv_ids) {
    auto author = only_author(mail);
    if (!author) return std::nullopt;
    auto results = results_of_ours(mail, authserv_ids);
    std::erase_if(results, [](const authentication_result& one) { return one.method != "dkim"; });
    if (results.empty() || results.size() > most_results) return std::nullopt;
    auto signatures = signatures_in(mail);
    if (!signatures) return std::nullopt;
    keep_good(*signatures, results);
    std::erase_if(*signatures, [&](const dkim_signature& one) {
        return !is_aligned(author->domain, one.domain) || one.count_of("From") == 0 || !one.covers_all_of_body;
    });
    if (signatures->empty()) return std::nullopt;
    return vouched_author{.whose = *std::move(author), .signatures = *std::move(signatures)};
}

} // namespace sealgate::keys
