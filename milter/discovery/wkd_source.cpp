#include "milter/discovery/wkd_source.hpp"

#include "keys/discovery/wkd.hpp"

#include <utility>

namespace sealgate::milter {

namespace {

bool has_no_advanced_place(const std::expected<https_answer, https_problem>& answer) {
    return !answer &&
           (answer.error().kind == https_trouble::no_such_name || answer.error().kind == https_trouble::behind_proxy);
}

// Most domains have a host, and no directory on it: nothing listens there, or what does is for another name. Who has a name
// openpgpkey.DOMAIN means to have a directory, and it fails.
bool has_no_directory(https_trouble at_the_direct_place) {
    return at_the_direct_place == https_trouble::closed || at_the_direct_place == https_trouble::tls ||
           at_the_direct_place == https_trouble::refused_address;
}

} // namespace

source_answer ask_wkd(https_client& client, const policy::address& whose, std::chrono::steady_clock::time_point deadline) {
    const auto names = keys::wkd_names_of(whose);
    if (!names) return nobody_to_ask("its domain has no name that can be asked");
    auto answer = client.get(names->advanced_url, deadline);
    const bool is_direct = has_no_advanced_place(answer);
    if (is_direct) answer = client.get(names->direct_url, deadline);
    auto out = answer ? certificates_for(whose, *answer, {}) : no_answer(std::move(answer.error()));
    out.asked = whose.domain;
    out.at_direct_place = is_direct;
    if (out.trouble == https_trouble::no_such_name || (is_direct && out.trouble && has_no_directory(*out.trouble)))
        out.kind = lookup_outcome::none;
    return out;
}

} // namespace sealgate::milter
