#include "milter/discovery/keyserver_request.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace sealgate::milter {

namespace {

constexpr std::string_view before_host = "://";

// Each URL in a text becomes its scheme and host. libcurl writes no blank into one.
std::string without_paths(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto scheme_end = text.find(before_host);
        if (scheme_end == std::string_view::npos) break;
        const auto host_end = text.find_first_of("/?#, ", scheme_end + before_host.size());
        out += text.substr(0, host_end);
        text.remove_prefix(std::min(host_end, text.size()));
        if (text.empty() || text.front() == ' ' || text.front() == ',') continue;
        out += "/...";
        const auto url = text.substr(0, text.find(' '));
        text.remove_prefix(url.size() - (url.ends_with(',') ? 1 : 0));
    }
    return out + std::string(text);
}

std::string host_alone(const std::string& url) {
    return url.substr(0, url.find_first_of("/?#", url.find(before_host) + before_host.size()));
}

} // namespace

std::expected<https_answer, source_answer> ask_keyserver(https_client& client,
                                                         const std::optional<keys::keyserver_place>& where,
                                                         std::chrono::steady_clock::time_point deadline) {
    if (!where) return std::unexpected(nobody_to_ask("a keyserver cannot be asked for that"));
    auto answer = client.get(where->url, deadline);
    if (!answer) {
        auto problem = std::move(answer.error());
        problem.text = without_paths(problem.text);
        return std::unexpected(no_answer(std::move(problem)));
    }
    const bool is_ours = answer->url == where->url.substr(0, where->url.find('?'));
    answer->url = is_ours ? where->shown : host_alone(answer->url);
    return *std::move(answer);
}

} // namespace sealgate::milter
