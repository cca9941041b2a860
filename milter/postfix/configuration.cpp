#include "milter/postfix/configuration.hpp"

#include "policy/base/text.hpp"

#include <algorithm>
#include <array>

namespace sealgate::milter {

namespace {

const std::string nothing;

constexpr std::array<std::pair<std::string_view, std::uint16_t>, 4> named_ports{
    {{"smtp", 25}, {"submission", 587}, {"submissions", 465}, {"smtps", 465}}};

// The word at the front, which is taken.
std::string_view take_word(std::string_view& rest) {
    const auto is_blank = [](char c) { return text::is_space(c); };
    rest.remove_prefix(static_cast<std::size_t>(std::ranges::find_if_not(rest, is_blank) - rest.begin()));
    const auto word = rest.substr(0, static_cast<std::size_t>(std::ranges::find_if(rest, is_blank) - rest.begin()));
    rest.remove_prefix(word.size());
    return word;
}

std::optional<postfix_service> parse_service(std::string_view line) {
    postfix_service out{.name = {}, .type = {}, .program = {}, .line = std::string(line)};
    auto rest = line;
    out.name = take_word(rest);
    out.type = take_word(rest);
    std::array<std::string_view, 5> columns; // private, unprivileged, chroot, wake up, most processes
    for (auto& one : columns) one = take_word(rest);
    out.is_chrooted = columns[2] == "y"; // "-" is n since Postfix 3.0
    out.program = take_word(rest);
    if (out.program.empty()) return std::nullopt;
    return out;
}

struct override_line {
    std::string_view service, name, value;
};

// "submission/inet/smtpd_milters = …". The service's name may have a slash in it.
std::optional<override_line> parse_override(std::string_view line) {
    const auto equals = line.find(" =");
    if (equals == std::string_view::npos) return std::nullopt;
    const auto key = line.substr(0, equals);
    const auto slash = key.rfind('/');
    if (slash == std::string_view::npos) return std::nullopt;
    return override_line{
        .service = key.substr(0, slash), .name = key.substr(slash + 1), .value = text::trim(line.substr(equals + 2))};
}

void add_overrides(std::vector<postfix_service>& to, std::string_view printed, postfix_parameters postfix_service::*where) {
    std::map<std::string, postfix_service*, std::less<>> by_key;
    for (auto& one : to) by_key.emplace(one.key(), &one);
    while (!printed.empty()) {
        const auto said = parse_override(text::take_line(printed));
        if (!said) continue;
        const auto found = by_key.find(said->service);
        if (found != by_key.end()) (found->second->*where).insert_or_assign(std::string(said->name), std::string(said->value));
    }
}

} // namespace

postfix_parameters parse_parameters(std::string_view printed) {
    postfix_parameters out;
    while (!printed.empty()) {
        const auto line = text::take_line(printed);
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) continue;
        const auto name = text::trim(line.substr(0, equals));
        if (!name.empty()) out.insert_or_assign(std::string(name), std::string(text::trim(line.substr(equals + 1))));
    }
    return out;
}

std::expected<std::vector<postfix_service>, std::string> parse_services(std::string_view lines, std::string_view own,
                                                                        std::string_view in_force) {
    std::vector<postfix_service> out;
    while (!lines.empty()) {
        const auto line = text::trim(text::take_line(lines));
        if (line.empty()) continue;
        auto service = parse_service(line);
        if (!service) return std::unexpected("master.cf: no service: " + text::printable(line, 80));
        out.push_back(*std::move(service));
    }
    add_overrides(out, own, &postfix_service::own);
    add_overrides(out, in_force, &postfix_service::in_force);
    return out;
}

std::vector<std::string> split_list(std::string_view value) {
    std::vector<std::string> out;
    std::size_t depth = 0;
    bool is_open = false;
    for (const char c : value) {
        const bool separates = depth == 0 && (c == ',' || text::is_space(c));
        if (c == '{') ++depth;
        if (c == '}' && depth > 0) --depth;
        if (separates) {
            is_open = false;
            continue;
        }
        if (!is_open) out.emplace_back();
        is_open = true;
        out.back() += c;
    }
    return out;
}

std::string postfix_service::host() const {
    const auto colon = name.rfind(':');
    if (type != "inet" || colon == std::string::npos) return {};
    const auto host = std::string_view(name).substr(0, colon);
    const bool has_brackets = host.size() > 1 && host.front() == '[' && host.back() == ']';
    return std::string(has_brackets ? host.substr(1, host.size() - 2) : host);
}

std::optional<std::uint16_t> postfix_service::port() const {
    if (type != "inet") return std::nullopt;
    const auto colon = name.rfind(':');
    const auto port = std::string_view(name).substr(colon == std::string::npos ? 0 : colon + 1);
    const auto known = std::ranges::find(named_ports, port, &std::pair<std::string_view, std::uint16_t>::first);
    return known != named_ports.end() ? known->second : text::whole_number<std::uint16_t>(port);
}

bool postfix_service::is_on_loopback() const {
    const auto where = host();
    return where == "localhost" || where == "::1" || where.starts_with("127.");
}

const std::string& postfix_configuration::value(std::string_view name) const {
    const auto found = in_force.find(name);
    return found == in_force.end() ? nothing : found->second;
}

const std::string& postfix_configuration::value(const postfix_service& of, std::string_view name) const {
    const auto found = of.in_force.find(name);
    return found == of.in_force.end() ? value(name) : found->second;
}

std::optional<std::string> postfix_configuration::spelled(std::string_view name) const {
    const auto found = set.find(name);
    if (found == set.end()) return std::nullopt;
    return found->second;
}

std::vector<std::string> postfix_configuration::networks() const {
    std::vector<std::string> out;
    for (auto one : split_list(value("mynetworks"))) {
        if (one.starts_with('!') || one.starts_with('/') || one.find(":/") != std::string::npos) continue;
        std::erase_if(one, [](char c) { return c == '[' || c == ']'; });
        out.push_back(std::move(one));
    }
    return out;
}

std::optional<std::uint64_t> postfix_configuration::number(std::string_view name) const {
    return text::whole_number<std::uint64_t>(value(name));
}

const postfix_service* postfix_configuration::find(std::string_view key) const {
    const auto found = std::ranges::find(services, key, &postfix_service::key);
    return found == services.end() ? nullptr : &*found;
}

const postfix_service* postfix_configuration::at_port(std::uint16_t port) const {
    const auto found = std::ranges::find_if(services, [&](const auto& one) { return one.is_smtpd() && one.port() == port; });
    return found == services.end() ? nullptr : &*found;
}

} // namespace sealgate::milter
