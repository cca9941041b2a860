#include "milter/control/http.hpp"

#include <algorithm>

namespace sealgate::milter {

namespace {

std::string response(std::string_view status, std::string_view type, std::string_view body, bool with_body) {
    std::string out = "HTTP/1.1 " + std::string(status) + "\r\nContent-Type: " + std::string(type) +
                      "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n";
    return with_body ? out.append(body) : out;
}

} // namespace

std::string answer_http(std::string_view request, const std::function<std::string()>& metrics) {
    constexpr std::string_view plain = "text/plain; charset=utf-8";
    const auto line = request.substr(0, request.find("\r\n"));
    const auto method = line.substr(0, std::min(line.size(), line.find(' ')));
    if (method.size() == line.size()) return response("400 Bad Request", plain, "no HTTP request\n", true);
    if (method != "GET" && method != "HEAD") return response("405 Method Not Allowed", plain, "only GET\n", true);
    auto target = line.substr(method.size() + 1);
    target = target.substr(0, target.find_first_of(" ?"));
    const bool with_body = method == "GET";
    if (target != "/metrics") return response("404 Not Found", plain, "metrics are at /metrics\n", with_body);
    return response("200 OK", "text/plain; version=0.0.4; charset=utf-8", metrics(), with_body);
}

} // namespace sealgate::milter
