#include "milter/postfix/milter_list.hpp"

#include "policy/base/text.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

namespace sealgate::milter {

namespace {

constexpr int deepest = 8; // of names in names

std::string normal(std::string_view path) { return std::filesystem::path(path).lexically_normal().string(); }

bool is_unix(std::string_view milter) { return milter.starts_with("unix:") || milter.starts_with("local:"); }

std::string_view path_in(std::string_view milter) { return milter.substr(milter.find(':') + 1); }

// "name" of $name, ${name} and $(name); empty where it is none.
std::string_view name_in(std::string_view element) {
    if (!element.starts_with('$')) return {};
    element.remove_prefix(1);
    if (element.size() > 2 && (element.front() == '{' || element.front() == '('))
        element = element.substr(1, element.size() - 2);
    const auto is_part = [](char c) { return text::is_alphanumeric(c) || c == '_'; };
    return std::ranges::all_of(element, is_part) ? element : std::string_view{};
}

std::string joined(const std::vector<std::string>& elements) { return text::join(elements, ", "); }

} // namespace

listed_milter parse_milter(std::string_view element) {
    if (!element.starts_with('{')) return {.endpoint = std::string(element)};
    element.remove_prefix(1);
    if (element.ends_with('}')) element.remove_suffix(1);
    listed_milter out;
    for (const auto& part : split_list(element)) {
        constexpr std::string_view action = "default_action=";
        if (out.endpoint.empty())
            out.endpoint = part;
        else if (part.starts_with(action))
            out.default_action = part.substr(action.size());
    }
    return out;
}

std::vector<listed_milter> parse_milters(std::string_view list) {
    std::vector<listed_milter> out;
    for (const auto& one : split_list(list)) out.push_back(parse_milter(one));
    return out;
}

std::optional<std::string> socket_path(std::string_view milter, bool is_chrooted, std::string_view queue_directory) {
    if (!is_unix(milter)) return std::nullopt;
    const auto path = path_in(milter);
    if (path.starts_with('/') && !is_chrooted) return normal(path);
    return normal(std::string(queue_directory) + "/" + std::string(path));
}

std::optional<std::string> endpoint_for(const endpoint& listens, std::string_view queue_directory) {
    const auto* local = std::get_if<unix_endpoint>(&listens);
    if (local == nullptr) return to_string(listens);
    const auto path = normal(local->path), queue = normal(std::string(queue_directory) + "/");
    if (!path.starts_with(queue)) return std::nullopt;
    return "unix:" + path.substr(queue.size());
}

bool milter_roles::is_gateway(const listed_milter& one) const {
    return std::ranges::any_of(gateway_, [&](const endpoint& listens) {
        if (const auto* local = std::get_if<unix_endpoint>(&listens)) {
            const auto path = normal(local->path);
            return socket_path(one.endpoint, true, queue_directory_) == path ||
                   socket_path(one.endpoint, false, queue_directory_) == path;
        }
        const auto said = parse_endpoint(one.endpoint);
        return said && *said == listens;
    });
}

bool milter_roles::is_signer(std::string_view name_or_endpoint) {
    constexpr auto words = std::to_array<std::string_view>({"dkim", "rspamd", "amavis", "openarc", "signing", "signer"});
    constexpr auto ports = std::to_array<std::string_view>({":8891", ":8892", ":11332"}); // opendkim, dkimpy-milter, rspamd
    if (text::icontains(name_or_endpoint, "verif")) return false;
    return std::ranges::any_of(words, [&](auto word) { return text::icontains(name_or_endpoint, word); }) ||
           std::ranges::any_of(ports, [&](auto port) { return name_or_endpoint.ends_with(port); });
}

milter_roles::role milter_roles::role_of(std::string_view element, const postfix_parameters& known, int depth) const {
    const auto name = name_in(element);
    if (name == gateway_parameter) return role::gateway;
    if (name.empty()) {
        const auto one = parse_milter(element);
        return is_gateway(one) ? role::gateway : is_signer(one.endpoint) ? role::signer : role::other;
    }
    const auto found = known.find(name);
    const auto of_value = found == known.end() || depth > deepest ? role::other : role_of_list(found->second, known, depth + 1);
    return of_value == role::other && is_signer(name) ? role::signer : of_value;
}

milter_roles::role milter_roles::role_of_list(std::string_view list, const postfix_parameters& known, int depth) const {
    auto out = role::other;
    for (const auto& one : split_list(list)) out = std::min(out, role_of(one, known, depth));
    return out;
}

bool milter_roles::has_gateway(std::string_view list) const {
    return std::ranges::any_of(parse_milters(list), [&](const auto& one) { return is_gateway(one); });
}

bool milter_roles::is_before_signers(std::string_view list) const {
    const auto all = parse_milters(list);
    const auto ours = std::ranges::find_if(all, [&](const auto& one) { return is_gateway(one); });
    return std::ranges::none_of(all.begin(), ours, [](const auto& one) { return is_signer(one.endpoint); });
}

// A name that stands for the gateway and others is left as it is.
bool milter_roles::is_gateway_alone(std::string_view element, const postfix_parameters& known) const {
    if (role_of(element, known) != role::gateway) return false;
    const auto found = known.find(name_in(element));
    return found == known.end() || split_list(found->second).size() <= 1;
}

std::string milter_roles::with_gateway(std::string_view spelled, const postfix_parameters& known) const {
    auto all = split_list(spelled);
    std::erase_if(all, [&](const auto& one) { return is_gateway_alone(one, known); });
    if (std::ranges::any_of(all, [&](const auto& one) { return role_of(one, known) == role::gateway; }))
        return std::string(spelled);
    const auto signer = std::ranges::find_if(all, [&](const auto& one) { return role_of(one, known) == role::signer; });
    all.insert(signer, "$" + std::string(gateway_parameter));
    return joined(all);
}

std::string milter_roles::without_gateway(std::string_view spelled, const postfix_parameters& known) const {
    auto all = split_list(spelled);
    std::erase_if(all, [&](const auto& one) { return is_gateway_alone(one, known); });
    return joined(all);
}

std::string milter_roles::signers_of(std::string_view spelled, const postfix_parameters& known) const {
    auto all = split_list(spelled);
    std::erase_if(all, [&](const auto& one) { return role_of(one, known) != role::signer; });
    return joined(all);
}

std::string without_blanks(std::string_view list) {
    std::string out;
    bool has_gap = false;
    for (const char c : list) {
        if (text::is_space(c)) {
            has_gap = !out.empty();
            continue;
        }
        const bool separates = c == ',' || c == '}' || c == '=';
        const bool behind_separator = out.ends_with(',') || out.ends_with('{') || out.ends_with('=');
        if (has_gap && !separates && !behind_separator) out += ',';
        has_gap = false;
        out += c;
    }
    return out;
}

} // namespace sealgate::milter
