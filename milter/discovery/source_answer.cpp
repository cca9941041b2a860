#include "milter/discovery/source_answer.hpp"

#include "keys/certificates/key_file.hpp"
#include "keys/certificates/one_address.hpp"
#include "keys/certificates/unproved.hpp"
#include "policy/base/text.hpp"

#include <utility>

namespace sealgate::milter {

namespace {

constexpr unsigned too_many_requests = 429; // RFC 6585: it need not say until when
constexpr std::chrono::seconds short_rest{60};

std::string told(const https_answer& answer, std::string_view what) {
    return text::printable(answer.url + ": " + std::string(what), 500);
}

source_answer without_certificates(const https_answer& answer, lookup_outcome kind, std::string_view what) {
    return {.kind = kind, .certificates = {}, .evidence = answer.url, .problem = what.empty() ? "" : told(answer, what)};
}

source_answer judged_by_status(const https_answer& answer, const answer_habits& of) {
    if (answer.status == 404) return without_certificates(answer, lookup_outcome::none, {});
    if (answer.status == 410 && of.gone == lookup_outcome::none) return without_certificates(answer, of.gone, {});
    auto out = without_certificates(answer, lookup_outcome::failed, "it answers with status " + std::to_string(answer.status));
    out.retry_after = answer.status == too_many_requests ? answer.retry_after.value_or(short_rest) : answer.retry_after;
    return out;
}

std::string why_no_certificate(const std::expected<keys::key_file, std::string>& file) {
    if (!file) return file.error();
    return file->problems.empty() ? "holds a revocation alone" : file->problems.front();
}

// What `part_of_it` makes of each certificate in the answer, which is empty for those that are not meant.
template <class PartOfIt>
source_answer certificates_in(const https_answer& answer, const answer_habits& of, const PartOfIt& part_of_it) {
    if (answer.status != 200) return judged_by_status(answer, of);
    const auto file = keys::read_key_file(answer.body);
    if (!file || file->certificates.empty())
        return without_certificates(answer, of.no_certificate, "what it gives is no certificate: " + why_no_certificate(file));
    auto out = without_certificates(answer, lookup_outcome::none, {});
    for (const auto& one : file->certificates)
        if (auto part = part_of_it(one); !part.empty()) out.certificates.push_back(std::move(part));
    if (const auto count = out.certificates.size(); count > most_certificates_of_one)
        return without_certificates(answer, of.too_many, std::to_string(count) + " certificates, which are too many");
    if (!out.certificates.empty()) out.kind = lookup_outcome::found;
    if (file->problems.empty()) return out;
    if (out.certificates.empty()) out.kind = of.no_certificate; // it may be in what could not be read
    out.problem = told(answer, file->problems.front());
    return out;
}

bool knows_none(const source_answer& answer) { return answer.kind == lookup_outcome::none && answer.problem.empty(); }

} // namespace

source_answer certificates_for(const policy::address& whose, const https_answer& answer, const answer_habits& of) {
    const auto cut = [&](const keys::certificate_piece& one) { return keys::with_one_address(one.binary, whose.key()); };
    auto out = certificates_in(answer, of, cut);
    if (answer.status == 200 && knows_none(out)) out.problem = told(answer, "no certificate there is for this address");
    return out;
}

source_answer certificates_of_key(std::string_view fingerprint, const https_answer& answer, const answer_habits& of) {
    const auto if_primary = [&](const keys::certificate_piece& one) {
        return one.fingerprint == fingerprint ? one.binary : std::string{};
    };
    const auto if_any = [&](const keys::certificate_piece& one) {
        return keys::has_key(one.binary, fingerprint) ? one.binary : std::string{};
    };
    auto out = certificates_in(answer, of, if_primary);
    if (answer.status == 200 && knows_none(out)) out = certificates_in(answer, of, if_any);
    if (answer.status != 200 || !knows_none(out)) return out;
    return without_certificates(answer, lookup_outcome::failed, "what it gives is not the certificate that was asked for");
}

source_answer no_answer(https_problem problem) {
    return {.kind = lookup_outcome::failed,
            .certificates = {},
            .evidence = {},
            .problem = std::move(problem.text),
            .trouble = problem.kind};
}

source_answer nobody_to_ask(std::string why) {
    return {.kind = lookup_outcome::none, .certificates = {}, .evidence = {}, .problem = std::move(why)};
}

} // namespace sealgate::milter
