#include "milter/discovery/wkd_source.hpp"

#include "keys/certificates/key_file.hpp"
#include "keys/certificates/one_address.hpp"
#include "keys/discovery/wkd.hpp"
#include "policy/base/text.hpp"

#include <string_view>
#include <utility>

namespace sealgate::milter {

namespace {

using got = std::expected<https_answer, https_problem>;

std::string told(const https_answer& answer, std::string_view what) {
    return text::printable(answer.url + ": " + std::string(what), 500);
}

bool has_no_advanced_place(const got& answer) {
    return !answer &&
           (answer.error().kind == https_trouble::no_such_name || answer.error().kind == https_trouble::behind_proxy);
}

// Most domains have a host, and no directory on it: nothing listens there, or what does is for another name. Who has a name
// openpgpkey.DOMAIN means to have a directory, and it fails.
bool has_no_directory(https_trouble at_the_direct_place) {
    return at_the_direct_place == https_trouble::closed || at_the_direct_place == https_trouble::tls ||
           at_the_direct_place == https_trouble::refused_address;
}

source_answer certificates_in(const https_answer& answer, const policy::address& whose) {
    source_answer out{.kind = lookup_outcome::none, .certificates = {}, .evidence = answer.url, .problem = {}};
    const auto file = keys::read_key_file(answer.body);
    if (!file) {
        out.problem = told(answer, "what it gives is no certificate: " + file.error());
        return out;
    }
    if (file->certificates.size() > most_certificates_of_one) {
        out.kind = lookup_outcome::failed;
        out.problem =
            told(answer, std::to_string(file->certificates.size()) + " certificates for one address, which are too many");
        return out;
    }
    for (const auto& one : file->certificates)
        if (auto cut = keys::with_one_address(one.binary, whose.key()); !cut.empty())
            out.certificates.push_back(std::move(cut));
    if (!out.certificates.empty())
        out.kind = lookup_outcome::found;
    else
        out.problem = told(answer, "no certificate there is for this address");
    if (!file->problems.empty()) out.problem = told(answer, file->problems.front());
    return out;
}

source_answer judged(const https_answer& answer, const policy::address& whose) {
    if (answer.status == 200) return certificates_in(answer, whose);
    const bool is_none = answer.status == 404 || answer.status == 410;
    return {.kind = is_none ? lookup_outcome::none : lookup_outcome::failed,
            .certificates = {},
            .evidence = answer.url,
            .problem = is_none ? std::string{} : told(answer, "it answers with status " + std::to_string(answer.status)),
            .retry_after = answer.retry_after};
}

} // namespace

source_answer ask_wkd(https_client& client, const policy::address& whose, std::chrono::steady_clock::time_point deadline) {
    const auto names = keys::wkd_names_of(whose);
    if (!names)
        return {.kind = lookup_outcome::none,
                .certificates = {},
                .evidence = {},
                .problem = "its domain has no name that can be asked"};
    auto answer = client.get(names->advanced.url, deadline);
    const bool is_direct = has_no_advanced_place(answer);
    if (is_direct) answer = client.get(names->direct.url, deadline);
    if (answer) return judged(*answer, whose);
    const bool is_none =
        answer.error().kind == https_trouble::no_such_name || (is_direct && has_no_directory(answer.error().kind));
    return {.kind = is_none ? lookup_outcome::none : lookup_outcome::failed,
            .certificates = {},
            .evidence = {},
            .problem = std::move(answer.error().text),
            .trouble = answer.error().kind};
}

} // namespace sealgate::milter
