#include "keys/discovery/keyserver.hpp"

#include "keys/certificates/lookup.hpp"
#include "keys/discovery/host_name.hpp"
#include "keys/discovery/percent_encoding.hpp"
#include "policy/base/text.hpp"

namespace sealgate::keys {

namespace {

constexpr std::string_view lookup = "/pks/lookup";

bool can_be_asked_for(const policy::address& whose) { return !whose.local.empty() && is_host_name(whose.domain); }

// As it is asked for: without white space, in upper case.
bool is_fingerprint(std::string_view text) { return !text.empty() && canonical_fingerprint(text) == text; }

keyserver_place vks_place(std::string_view host, std::string_view how, std::string_view whom) {
    const auto shown = "https://" + std::string(host) + "/vks/v1/" + std::string(how);
    return {.url = shown + "/" + std::string(whom), .shown = shown};
}

// Exactly the address, or the fingerprint; and for programs, so that some leave out their page.
keyserver_place hkp_place(std::string_view host, std::string_view whom) {
    const auto shown = "https://" + std::string(host) + std::string(lookup);
    return {.url = shown + "?op=get&options=mr&exact=on&search=" + std::string(whom), .shown = shown};
}

std::unexpected<std::string> no_keyserver(std::string_view spelled, std::string_view why) {
    return std::unexpected("\"" + std::string(spelled) + "\" is no keyserver that can be asked: " + std::string(why) +
                           "; expected a name such as keys.openpgp.org");
}

} // namespace

std::expected<std::string, std::string> keyserver_host(std::string_view spelled) {
    auto rest = spelled;
    if (const auto scheme_end = rest.find("://"); scheme_end != std::string_view::npos) {
        const auto scheme = text::lower(rest.substr(0, scheme_end));
        if (scheme != "https" && scheme != "hkps")
            return no_keyserver(spelled, "keyservers are asked over TLS alone (https, hkps)");
        rest.remove_prefix(scheme_end + 3);
    }
    if (rest.ends_with('/')) rest.remove_suffix(1);
    if (rest.find_first_of("/?#") != std::string_view::npos)
        return no_keyserver(spelled, "only the host is named here, and no path");
    if (rest.contains('@')) return no_keyserver(spelled, "it has a user name");
    if (rest.starts_with('[')) return no_keyserver(spelled, "it is an IP address, and no name");
    if (const auto colon = rest.find(':'); colon != std::string_view::npos) {
        if (rest.substr(colon) != ":443") return no_keyserver(spelled, "keyservers are asked on port 443 alone");
        rest = rest.substr(0, colon);
    }
    auto host = policy::canonical_domain(rest);
    if (!is_host_name(host)) return no_keyserver(spelled, "it has no name of a host in the Internet");
    return host;
}

std::optional<keyserver_place> vks_place_of(std::string_view host, const policy::address& whose) {
    if (!can_be_asked_for(whose)) return std::nullopt;
    return vks_place(host, "by-email", percent_encoded(whose.key()));
}

std::optional<keyserver_place> hkp_place_of(std::string_view host, const policy::address& whose) {
    if (!can_be_asked_for(whose)) return std::nullopt;
    return hkp_place(host, percent_encoded(whose.key()));
}

std::optional<keyserver_place> vks_place_of_key(std::string_view host, std::string_view fingerprint) {
    if (!is_fingerprint(fingerprint)) return std::nullopt;
    return vks_place(host, "by-fingerprint", fingerprint);
}

std::optional<keyserver_place> hkp_place_of_key(std::string_view host, std::string_view fingerprint) {
    if (!is_fingerprint(fingerprint)) return std::nullopt;
    return hkp_place(host, "0x" + std::string(fingerprint));
}

} // namespace sealgate::keys
