#include "milter/settings/sink_url.hpp"

#include "policy/base/text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <libpq-fe.h>
#include <map>
#include <memory>
#include <utility>

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

// What stands before the first such character, and behind it.
std::pair<std::string_view, std::string_view> cut(std::string_view text, char at) {
    const auto found = text.find(at);
    if (found == std::string_view::npos) return {text, {}};
    return {text.substr(0, found), text.substr(found + 1)};
}

bool is_port(std::string_view digits) {
    const auto number = text::whole_number<std::uint16_t>(digits);
    return number && *number > 0;
}

// Empty where there are colons without them: an IPv6 address, of which the port cannot be told.
std::string without_brackets(std::string_view host) {
    if (host.starts_with('[') && host.ends_with(']')) return std::string(host.substr(1, host.size() - 2));
    return host.find(':') == std::string_view::npos ? std::string(host) : std::string{};
}

// Of the certificates of TLS, behind the question mark. Returns what is wrong with them.
std::string read_files(std::string_view written, syslog_url& out) {
    const std::map<std::string_view, std::string syslog_url::*> known = {
        {"ca", &syslog_url::ca}, {"certificate", &syslog_url::certificate}, {"key", &syslog_url::key}};
    if (written.empty()) return {};
    if (out.by != syslog_url::way::tls) return "has certificates without TLS: syslog:tls:HOST:PORT?ca=FILE";
    for (const auto one : text::split(written, '&')) {
        const auto [name, file] = cut(one, '=');
        const auto found = known.find(name);
        if (found == known.end()) return "has \"" + text::printable(one) + "\", and may have ca=, certificate= and key=";
        if (!file.starts_with('/')) return std::string(name) + "= needs a path from /";
        if (!(out.*found->second).empty()) return "has " + std::string(name) + "= twice";
        out.*found->second = file;
    }
    if (out.certificate.empty() != out.key.empty()) return "needs certificate= and key= together";
    return {};
}

} // namespace

std::expected<database_url, std::string> parse_database(std::string_view written) {
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
    return database_url{.url = url,
                        .shown = "postgresql://" + text::printable(host) + (port.empty() ? "" : ":" + text::printable(port)) +
                                 "/" + text::printable(at(*found, "dbname"))};
}

std::expected<syslog_url, std::string> parse_syslog(std::string_view written) {
    constexpr std::string_view forms = "syslog:unix:PATH, syslog:tcp:HOST:PORT or syslog:tls:HOST:PORT?ca=FILE";
    const auto way = text::split(written, ':');
    syslog_url out;
    if (way.size() < 3) return std::unexpected("is no syslog: " + std::string(forms));
    const auto place = written.substr(way[0].size() + way[1].size() + 2);
    if (way[1] == "unix") {
        if (!place.starts_with('/')) return std::unexpected(std::string("needs a path from /: syslog:unix:/dev/log"));
        out.path = place;
        out.shown = "syslog:unix:" + text::printable(place);
        return out;
    }
    if (way[1] != "tcp" && way[1] != "tls") return std::unexpected("is no syslog: " + std::string(forms));
    out.by = way[1] == "tls" ? syslog_url::way::tls : syslog_url::way::tcp;
    const auto [where, files] = cut(place, '?');
    const auto colon = where.rfind(':');
    if (colon == std::string_view::npos || !is_port(where.substr(colon + 1)))
        return std::unexpected("names no host and port: " + std::string(forms));
    out.port = where.substr(colon + 1);
    out.host = without_brackets(where.substr(0, colon));
    if (out.host.empty()) return std::unexpected("names no host and port: " + std::string(forms));
    if (auto wrong = read_files(files, out); !wrong.empty()) return std::unexpected(std::move(wrong));
    out.shown = "syslog:" + std::string(way[1]) + ":" + text::printable(where);
    return out;
}

std::expected<sink_url, std::string> parse_sink(std::string_view written) {
    if (written.starts_with("postgresql://") || written.starts_with("postgres://")) return parse_database(written);
    if (written.starts_with("syslog:")) return parse_syslog(written);
    return std::unexpected(
        std::string("is no sink: postgresql://ROLE@HOST/DATABASE?sslmode=verify-full&…, syslog:unix:/dev/log, "
                    "syslog:tcp:HOST:PORT or syslog:tls:HOST:PORT"));
}

const std::string& shown(const sink_url& sink) {
    return std::visit([](const auto& one) -> const std::string& { return one.shown; }, sink);
}

} // namespace sealgate::milter
