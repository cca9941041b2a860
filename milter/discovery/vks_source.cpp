#include "milter/discovery/vks_source.hpp"

#include "keys/discovery/keyserver.hpp"
#include "milter/discovery/keyserver_request.hpp"

namespace sealgate::milter {

namespace {

constexpr answer_habits habits_of_vks{
    .gone = lookup_outcome::failed, .no_certificate = lookup_outcome::failed, .too_many = lookup_outcome::failed};

} // namespace

source_answer ask_vks(https_client& client, std::string_view host, const policy::address& whose,
                      std::chrono::steady_clock::time_point deadline) {
    const auto answer = ask_keyserver(client, keys::vks_place_of(host, whose), deadline);
    return answer ? certificates_for(whose, *answer, habits_of_vks) : answer.error();
}

source_answer ask_vks_by_fingerprint(https_client& client, std::string_view host, std::string_view fingerprint,
                                     std::chrono::steady_clock::time_point deadline) {
    const auto answer = ask_keyserver(client, keys::vks_place_of_key(host, fingerprint), deadline);
    return answer ? certificates_of_key(fingerprint, *answer, habits_of_vks) : answer.error();
}

} // namespace sealgate::milter
