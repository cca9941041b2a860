#include "milter/discovery/hkp_source.hpp"

#include "keys/discovery/keyserver.hpp"
#include "milter/discovery/keyserver_request.hpp"
#include "policy/base/text.hpp"

#include <expected>
#include <optional>

namespace sealgate::milter {

namespace {

constexpr answer_habits habits_of_hkp{
    .gone = lookup_outcome::failed, .no_certificate = lookup_outcome::failed, .too_many = lookup_outcome::none};

// onak has no status for it.
bool says_that_there_is_none(const https_answer& answer) {
    return answer.status == 200 && text::iequals(text::trim(answer.body), "Key not found");
}

std::expected<https_answer, source_answer> ask(https_client& client, const std::optional<keys::keyserver_place>& where,
                                               std::chrono::steady_clock::time_point deadline) {
    auto answer = ask_keyserver(client, where, deadline);
    if (answer && says_that_there_is_none(*answer)) answer->status = 404;
    return answer;
}

} // namespace

source_answer ask_hkp(https_client& client, std::string_view host, const policy::address& whose,
                      std::chrono::steady_clock::time_point deadline) {
    const auto answer = ask(client, keys::hkp_place_of(host, whose), deadline);
    return answer ? certificates_for(whose, *answer, habits_of_hkp) : answer.error();
}

source_answer ask_hkp_by_fingerprint(https_client& client, std::string_view host, std::string_view fingerprint,
                                     std::chrono::steady_clock::time_point deadline) {
    const auto answer = ask(client, keys::hkp_place_of_key(host, fingerprint), deadline);
    return answer ? certificates_of_key(fingerprint, *answer, habits_of_hkp) : answer.error();
}

} // namespace sealgate::milter
