#include "keys/learning/learned_certificate.hpp"

#include "keys/certificates/one_address.hpp"
#include "keys/certificates/unproved.hpp"
#include "keys/learning/attached_certificate.hpp"
#include "keys/learning/autocrypt_field.hpp"
#include "keys/learning/vouched_author.hpp"
#include "keys/openpgp/packets.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/mime_field.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace sealgate::keys {

namespace {

constexpr auto fields_to_learn_from = std::to_array<std::string_view>(
    {"Authentication-Results", "Received", "DKIM-Signature", "From", "Message-ID", "Autocrypt"});

// As the header has it, whatever the body is; nothing where programs may read it in two ways.
std::optional<policy::content_type> type_of_body(const policy::message& mail) {
    const auto said = policy::field_values(mail, "Content-Type");
    if (said.empty()) return policy::content_type{.type = "text", .subtype = "plain", .parameters = {}};
    if (said.size() > 1 || said.front().size() > policy::longest_field_value) return std::nullopt;
    auto read = policy::parse_content_type(policy::unfolded(said.front()));
    if (!read.plain) return std::nullopt;
    return read;
}

bool is_report(const policy::content_type& body) { return body.type == "multipart" && body.subtype == "report"; }

bool may_carry_keys(const policy::content_type& body) {
    if (body.type == "multipart") return body.subtype != "alternative" && body.subtype != "encrypted";
    return body.type == "application" && body.subtype == "pgp-keys";
}

const dkim_signature* covering_autocrypt(const vouched_author& author, const policy::message& mail) {
    const auto count = policy::field_values(mail, "Autocrypt").size();
    const auto at =
        std::ranges::find_if(author.signatures, [&](const dkim_signature& one) { return one.count_of("Autocrypt") >= count; });
    return at == author.signatures.end() ? nullptr : &*at;
}

std::string evidence_of(const policy::message& mail, const dkim_signature& signature) {
    return "mail " + text::printable(policy::message_id(mail).value_or("without a Message-ID")) +
           ", DKIM d=" + text::printable(signature.domain) + " s=" + text::printable(signature.selector);
}

class learner {
public:
    learner(const policy::message& mail, const vouched_author& author)
        : mail_(mail)
        , author_(author) {}

    void take(policy::key_source source, std::string_view certificate, const dkim_signature& signature) {
        auto cut = with_one_address(certificate, author_.whose.key());
        const auto packets = walk_packets(cut, most_certificate_packets);
        if (cut.empty() || !packets || packets->empty()) return;
        auto fingerprint = fingerprint_of_key(packets->front().body);
        if (fingerprint.empty() || std::ranges::any_of(out_, [&](const learned_certificate& one) {
                return one.source == source && one.binary == cut;
            }))
            return;
        out_.push_back({.source = source,
                        .whose = author_.whose,
                        .fingerprint = std::move(fingerprint),
                        .binary = std::move(cut),
                        .evidence = evidence_of(mail_, signature)});
    }

    std::vector<learned_certificate> result() && { return std::move(out_); }

private:
    const policy::message& mail_;
    const vouched_author& author_;
    std::vector<learned_certificate> out_;
};

} // namespace

std::vector<learned_certificate> learn(const policy::message& mail, const learning_rules& how) {
    const auto body = type_of_body(mail);
    if (!body || is_report(*body)) return {};
    const auto author = vouched_author_of(mail, how.authserv_ids);
    if (!author) return {};
    learner out(mail, *author);
    if (const auto* by = how.autocrypt ? covering_autocrypt(*author, mail) : nullptr)
        if (const auto field = autocrypt_field_of(mail, author->whose))
            out.take(policy::key_source::autocrypt, field->certificate, *by);
    if (how.attached && may_carry_keys(*body))
        for (const auto& one : attached_certificates(mail))
            out.take(policy::key_source::attached, one.binary, author->signatures.front());
    return std::move(out).result();
}

lesson_extent lesson_in(const policy::message& header, const learning_rules& how) {
    const auto body = type_of_body(header);
    if (!body || is_report(*body)) return lesson_extent::nothing;
    const bool by_header = how.autocrypt && !policy::field_values(header, "Autocrypt").empty();
    const bool by_body = how.attached && may_carry_keys(*body);
    if (!by_header && !by_body) return lesson_extent::nothing;
    const auto author = vouched_author_of(header, how.authserv_ids);
    if (!author) return lesson_extent::nothing;
    if (by_body) return lesson_extent::whole;
    return covering_autocrypt(*author, header) != nullptr ? lesson_extent::header : lesson_extent::nothing;
}

bool is_read_to_learn(std::string_view field_name) {
    return policy::describes_body(field_name) || text::is_one_of(field_name, fields_to_learn_from);
}

} // namespace sealgate::keys
