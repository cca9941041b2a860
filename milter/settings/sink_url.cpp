#include "milter/settings/sink_url.hpp"

#include "policy/base/text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <libpq-fe.h>
#include <map>
#include <memory>

namespace sealgate::milter {

namespace {

using options = std::map<std::string, std::string>;

std::expected<options, std::string> options_in(const std::string& url) {
    char* why = nullptr;
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> all(PQconninfoParse(url.c_str(), &why), &PQconninfoFree);
    const std::unique_ptr<char, decltype(&PQfreemem)> error(why, &PQfreemem);
    if (!all) return std::unexpected(text::printable(text::trim(error ? error.get() : "no memory")));
    options out;
    for (const auto* one = all.get(); one->keyword != nullptr; ++one)
        if (one->val != nullptr) out.emplace(one->keyword, one->val);
    return out;
}

std::string at(const options& in, const char* name) {
    const auto found = in.find(name);
    return found == in.end() ? std::string{} : found->second;
}

// A socket, or an address of this machine.
bool is_local(std::string_view host) {
    in_addr address{};
    const bool is_loopback = host.starts_with("127.") && ::inet_pton(AF_INET, std::string(host).c_str(), &address) == 1;
    return host.empty() || host.starts_with('/') || host.starts_with('@') || host == "localhost" || host == "::1" ||
           is_loopback;
}

// Each name, and each address that stands for one: an empty address leaves it to the name.
bool are_local(const options& in) {
    return std::ranges::all_of(text::split(at(in, "host"), ','), is_local) &&
           std::ranges::all_of(text::split(at(in, "hostaddr"), ','), is_local);
}

} // namespace

std::expected<sink_url, std::string> parse_sink(std::string_view written) {
    if (!written.starts_with("postgresql://") && !written.starts_with("postgres://"))
        return std::unexpected(std::string("is no sink: postgresql://ROLE@HOST/DATABASE?sslmode=verify-full&…"));
    const std::string url(written);
    const auto found = options_in(url);
    if (!found) return std::unexpected(found.error());
    if (found->contains("password"))
        return std::unexpected(std::string("has a password, which others could read there; name a file with passfile="));
    if (found->contains("service"))
        return std::unexpected(std::string("names a service, whose file may say anything; write host, role and database here"));
    if (at(*found, "dbname").empty()) return std::unexpected(std::string("names no database"));
    if (at(*found, "user").empty()) return std::unexpected(std::string("names no role: postgresql://ROLE@HOST/DATABASE"));
    if (!are_local(*found) && at(*found, "sslmode") != "verify-full")
        return std::unexpected(std::string(
            "goes over the network: it needs sslmode=verify-full, and sslrootcert= with the authority that vouches for it"));
    const auto host = at(*found, "host").empty() ? at(*found, "hostaddr") : at(*found, "host");
    const auto port = at(*found, "port");
    return sink_url{.url = url,
                    .shown = "postgresql://" + text::printable(host) + (port.empty() ? "" : ":" + text::printable(port)) + "/" +
                             text::printable(at(*found, "dbname"))};
}

} // namespace sealgate::milter
