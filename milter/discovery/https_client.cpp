#include "milter/discovery/https_client.hpp"

#include "keys/base/files.hpp"
#include "keys/discovery/host_name.hpp"
#include "milter/discovery/name_lookup.hpp"
#include "milter/discovery/public_address.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <utility>

namespace sealgate::milter {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::uint16_t https_port = 443;

template <auto Free>
struct freed_by {
    void operator()(auto* it) const { Free(it); }
};
using easy_handle = std::unique_ptr<CURL, freed_by<curl_easy_cleanup>>;
using string_list = std::unique_ptr<curl_slist, freed_by<curl_slist_free_all>>;
using url_handle = std::unique_ptr<CURLU, freed_by<curl_url_cleanup>>;

void set(CURL* easy, CURLoption option, auto value) {
    if (curl_easy_setopt(easy, option, value) != CURLE_OK)
        throw std::runtime_error("libcurl here does not know its option " + std::to_string(static_cast<int>(option)));
}

// A part of a URL; empty where there is none.
std::string part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
    std::string out(text);
    curl_free(text);
    return out;
}

url_handle parsed(const std::string& url, unsigned flags) {
    url_handle out(curl_url());
    if (curl_url_set(out.get(), CURLUPART_URL, url.c_str(), flags) != CURLUE_OK) out.reset();
    return out;
}

// The host of a URL that may be asked; or why it may not.
std::expected<std::string, std::string> host_of(const std::string& url) {
    // With any scheme, so that the words are about what is wrong.
    const auto parts = parsed(url, CURLU_NON_SUPPORT_SCHEME);
    if (!parts) return std::unexpected("it is no URL");
    if (part_of(parts.get(), CURLUPART_SCHEME) != "https") return std::unexpected("it is not https");
    if (!part_of(parts.get(), CURLUPART_USER).empty() || !part_of(parts.get(), CURLUPART_PASSWORD).empty())
        return std::unexpected("it has a user name");
    if (part_of(parts.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT) != std::to_string(https_port))
        return std::unexpected("it is not on port 443");
    auto host = text::lower(part_of(parts.get(), CURLUPART_HOST));
    if (!keys::is_host_name(host)) return std::unexpected("it has no name of a host");
    return host;
}

struct proxy_place {
    std::string host;
    std::uint16_t port = 0;
};

proxy_place parse_proxy(const std::string& spelled) {
    const auto parts = parsed(spelled, CURLU_NON_SUPPORT_SCHEME);
    const auto scheme = parts ? part_of(parts.get(), CURLUPART_SCHEME) : std::string{};
    const auto port = parts ? part_of(parts.get(), CURLUPART_PORT) : std::string{};
    proxy_place out{.host = parts ? part_of(parts.get(), CURLUPART_HOST) : std::string{}};
    // With socks5 libcurl would look up names itself.
    const bool is_known = scheme == "http" || scheme == "socks5h";
    if (!is_known || out.host.empty() || std::from_chars(port.data(), port.data() + port.size(), out.port).ec != std::errc{})
        throw std::runtime_error("the proxy is not http://HOST:PORT or socks5h://HOST:PORT");
    return out;
}

std::string read_authorities(CURL* easy, const std::string& ca_file) {
    const char* system_file = nullptr;
    curl_easy_getinfo(easy, CURLINFO_CAINFO, &system_file);
    std::string out = system_file == nullptr ? std::string{} : keys::read_file(system_file);
    return out + "\n" + keys::read_file(ca_file);
}

std::uint16_t port_of(const sockaddr& where) {
    if (where.sa_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(where).sin_port);
    return where.sa_family == AF_INET6 ? ntohs(reinterpret_cast<const sockaddr_in6&>(where).sin6_port) : std::uint16_t{0};
}

https_trouble kind_of(CURLcode code) {
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return https_trouble::timeout;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS: return https_trouble::tls;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: return https_trouble::connection;
    default: return https_trouble::other;
    }
}

bool could_not_connect(long connect_status) {
    // tinyproxy says 500, others 502 and 503; 403, 407 and their like are about us, and 504 is about time.
    return connect_status == 500 || connect_status == 502 || connect_status == 503;
}

bool could_not_connect(CURLproxycode said) {
    switch (said) {
    case CURLPX_REPLY_GENERAL_SERVER_FAILURE: // Tor says so where a name does not exist
    case CURLPX_REPLY_NETWORK_UNREACHABLE:
    case CURLPX_REPLY_HOST_UNREACHABLE:
    case CURLPX_REPLY_CONNECTION_REFUSED: return true;
    default: return false;
    }
}

// The query may name the person.
std::string without_query(const std::string& url) { return url.substr(0, url.find_first_of("?#")); }

std::unexpected<https_problem> problem(https_trouble kind, std::string_view host, std::string_view what) {
    return std::unexpected(
        https_problem{.kind = kind, .text = text::printable(std::string(host) + ": " + std::string(what), 300)});
}

} // namespace

// One libcurl handle and what it has of the request under way. libcurl keeps its address: it does not move.
class https_client::transfer {
public:
    explicit transfer(https_settings settings)
        : settings_(std::move(settings)) {
        if (!easy_) throw std::runtime_error("libcurl cannot be started");
        set_rules();
        set_connections();
    }
    transfer(const transfer&) = delete;
    transfer& operator=(const transfer&) = delete;
    ~transfer() = default;

    std::expected<https_answer, https_problem> ask(const std::string& url, const std::string& host,
                                                   steady_clock::time_point deadline) {
        body_.clear();
        header_octets_ = 0;
        too_large_ = {};
        refused_.clear();
        if (!proxy_)
            if (auto none = find_addresses(host, deadline)) return std::unexpected(*std::move(none));
        const auto left = std::chrono::floor<milliseconds>(deadline - steady_clock::now()).count();
        if (settings_.given_up.stop_requested()) return problem(https_trouble::other, host, "the gateway ends");
        if (left <= 0) return problem(https_trouble::timeout, host, "no answer in time");
        set(easy_.get(), CURLOPT_URL, url.c_str());
        set(easy_.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(left));
        has_patience_ = left > milliseconds(connect_patience).count();
        set(easy_.get(), CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(left, milliseconds(connect_patience).count())));
        error_.fill('\0');
        const auto code = curl_easy_perform(easy_.get());
        if (code != CURLE_OK) return std::unexpected(what_failed(code, host));
        https_answer out{.status = static_cast<unsigned>(info<long>(CURLINFO_RESPONSE_CODE)),
                         .body = std::move(body_),
                         .url = without_query(url),
                         .retry_after = {}};
        if (const auto after = info<curl_off_t>(CURLINFO_RETRY_AFTER); after > 0) out.retry_after = std::chrono::seconds(after);
        return out;
    }

    // Where the last answer sends us; empty: nowhere.
    std::string redirect() const {
        const auto* url = info<char*>(CURLINFO_REDIRECT_URL);
        return url == nullptr ? std::string{} : std::string(url);
    }

private:
    void set_rules() {
        auto* easy = easy_.get();
        set(easy, CURLOPT_PROTOCOLS_STR, "https");
        set(easy, CURLOPT_FOLLOWLOCATION, 0L); // libcurl would follow to any port, and with user names
        set(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
        set(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
        set(easy, CURLOPT_USERAGENT, "sealgate");
        set(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
        set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
        set(easy, CURLOPT_NOSIGNAL, 1L);
        set(easy, CURLOPT_ERRORBUFFER, error_.data());
        set(easy, CURLOPT_NOPROGRESS, 0L);
        set(easy, CURLOPT_XFERINFOFUNCTION, &transfer::look_whether_given_up);
        set(easy, CURLOPT_XFERINFODATA, this);
        set(easy, CURLOPT_LOW_SPEED_LIMIT, 100L); // octets a second
        set(easy, CURLOPT_LOW_SPEED_TIME, 5L);
        // Counted here: MAXFILESIZE of libcurl 7.88 judges only a length that is declared.
        set(easy, CURLOPT_WRITEFUNCTION, &transfer::take_body);
        set(easy, CURLOPT_WRITEDATA, this);
        set(easy, CURLOPT_HEADERFUNCTION, &transfer::take_header);
        set(easy, CURLOPT_HEADERDATA, this);
        set(easy, CURLOPT_OPENSOCKETFUNCTION, &transfer::open_socket);
        set(easy, CURLOPT_OPENSOCKETDATA, this);
    }

    void set_connections() {
        auto* easy = easy_.get();
        set(easy, CURLOPT_MAXCONNECTS, 4L);
        set(easy, CURLOPT_NOPROXY, "");
        set(easy, CURLOPT_PROXY, settings_.proxy.c_str()); // empty: none, whatever the environment says
        if (!settings_.proxy.empty()) {
            proxy_ = parse_proxy(settings_.proxy);
            // The proxy's own name is looked up by libcurl, whose thread it would wait for.
            set(easy, CURLOPT_QUICK_EXIT, 1L);
        }
        if (settings_.ca_file.empty()) return;
        // CAINFO would replace the system's file, and leave the system's folder: both, or one, by how the folder is kept.
        const auto authorities = read_authorities(easy, settings_.ca_file);
        curl_blob blob{.data = const_cast<char*>(authorities.data()), .len = authorities.size(), .flags = CURL_BLOB_COPY};
        set(easy, CURLOPT_CAINFO_BLOB, &blob);
    }

    // Hands over to libcurl what may be connected to; or what is wrong.
    std::optional<https_problem> find_addresses(const std::string& host, steady_clock::time_point deadline) {
        auto found = look_up(host, deadline);
        switch (found.what) {
        case name_answer::outcome::no_such_name:
            return problem(https_trouble::no_such_name, host, "there is no such name in DNS, or it has no address").error();
        case name_answer::outcome::cannot_tell: return problem(https_trouble::unknown_name, host, found.problem).error();
        case name_answer::outcome::found: break;
        }
        std::string entry = "+" + host + ":" + std::to_string(https_port) + ":"; // '+': forgotten after a while
        char separator = 0;
        for (const auto& address : found.addresses) {
            const auto spelled = text_of(address);
            if (!may_be_asked(address, settings_.allow)) {
                refused_.push_back(spelled);
                continue;
            }
            if (separator != 0) entry += separator;
            entry += address.size() == 4 ? spelled : "[" + spelled + "]";
            separator = ',';
        }
        if (separator == 0) return refused_address(host);
        addresses_.reset(curl_slist_append(nullptr, entry.c_str()));
        set(easy_.get(), CURLOPT_RESOLVE, addresses_.get());
        return std::nullopt;
    }

    https_problem refused_address(std::string_view host) const {
        return problem(https_trouble::refused_address, host,
                       "its address " + text::listed(refused_, "and") + " is not public, and is not asked")
            .error();
    }

    https_problem what_failed(CURLcode code, std::string_view host) const {
        if (too_large_ != nullptr) return problem(https_trouble::too_large, host, too_large_).error();
        if (code == CURLE_COULDNT_CONNECT && !refused_.empty()) return refused_address(host);
        if (is_silent(code)) return problem(https_trouble::silent, host, "it takes no connection in time").error();
        const bool is_closed = code == CURLE_COULDNT_CONNECT && info<long>(CURLINFO_OS_ERRNO) == ECONNREFUSED;
        if (!proxy_) return problem(is_closed ? https_trouble::closed : kind_of(code), host, said_by_libcurl(code)).error();
        const bool is_refusal =
            could_not_connect(info<long>(CURLINFO_HTTP_CONNECTCODE)) ||
            (code == CURLE_PROXY && could_not_connect(static_cast<CURLproxycode>(info<long>(CURLINFO_PROXY_ERROR))));
        return problem(is_refusal ? https_trouble::behind_proxy : kind_of(code), host,
                       "through the proxy " + proxy_->host + ": " + said_by_libcurl(code))
            .error();
    }

    // No connection with TLS in all the time that it may take. Of a proxy that is silent itself nothing follows for the host.
    bool is_silent(CURLcode code) const {
        return code == CURLE_OPERATION_TIMEDOUT && has_patience_ && info<curl_off_t>(CURLINFO_APPCONNECT_TIME_T) == 0 &&
               (!proxy_ || info<curl_off_t>(CURLINFO_CONNECT_TIME_T) > 0);
    }

    std::string said_by_libcurl(CURLcode code) const {
        const std::string said = error_.front() != '\0' ? error_.data() : curl_easy_strerror(code);
        if (code == CURLE_OPERATION_TIMEDOUT) return "no answer in time"; // libcurl has milliseconds, and no two are alike
        const auto why = info<long>(CURLINFO_OS_ERRNO);
        if (code != CURLE_COULDNT_CONNECT || why == 0) return said;
        return "cannot be connected to: " + std::generic_category().message(static_cast<int>(why));
    }

    template <class T>
    T info(CURLINFO what) const {
        T out{};
        curl_easy_getinfo(easy_.get(), what, &out);
        return out;
    }

    bool may_connect_to(const sockaddr& where) {
        if (proxy_) return port_of(where) == proxy_->port; // names its host alone: libcurl connects to nothing else
        const auto address = address_of(where);
        if (address && port_of(where) == https_port && may_be_asked(*address, settings_.allow)) return true;
        refused_.push_back(address ? text_of(*address) : "of another kind");
        return false;
    }

    static std::size_t take_body(char* octets, std::size_t, std::size_t size, void* self) {
        auto& of = *static_cast<transfer*>(self);
        if (of.body_.size() + size > largest_body) {
            of.too_large_ = "it answers with more than 256 KiB";
            return 0;
        }
        of.body_.append(octets, size);
        return size;
    }

    // libcurl calls it once a second at least.
    static int look_whether_given_up(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
        return static_cast<transfer*>(self)->settings_.given_up.stop_requested() ? 1 : 0;
    }

    static std::size_t take_header(char*, std::size_t, std::size_t size, void* self) {
        auto& of = *static_cast<transfer*>(self);
        of.header_octets_ += size;
        if (of.header_octets_ <= largest_header) return size;
        of.too_large_ = "it answers with more than 32 KiB of header fields";
        return 0;
    }

    // The last word: what is given here is what is connected to, whatever was looked up or redirected to.
    static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* where) {
        if (!static_cast<transfer*>(self)->may_connect_to(where->addr)) return CURL_SOCKET_BAD;
        return ::socket(where->family, where->socktype | SOCK_CLOEXEC, where->protocol);
    }

    https_settings settings_;
    std::optional<proxy_place> proxy_;
    std::array<char, CURL_ERROR_SIZE> error_{};
    std::string body_;
    std::size_t header_octets_ = 0;
    const char* too_large_ = nullptr;
    bool has_patience_ = false;        // there is as much time as connecting may take
    std::vector<std::string> refused_; // addresses
    string_list addresses_;            // until the handle is gone
    easy_handle easy_{curl_easy_init()};
};

https_client::https_client(https_settings settings) {
    static const auto started = curl_global_init(CURL_GLOBAL_DEFAULT); // once, before the first handle
    if (started != CURLE_OK) throw std::runtime_error("libcurl cannot be started");
    transfer_ = std::make_unique<transfer>(std::move(settings));
}

https_client::~https_client() = default;
https_client::https_client(https_client&&) noexcept = default;
https_client& https_client::operator=(https_client&&) noexcept = default;

std::expected<https_answer, https_problem> https_client::get(std::string url, steady_clock::time_point deadline) {
    std::string from; // the host that sent us here
    for (unsigned redirects = 0;; ++redirects) {
        const auto host = host_of(url);
        if (!host && from.empty()) return problem(https_trouble::other, url, host.error());
        if (!host)
            return problem(https_trouble::bad_redirect, from,
                           "it redirects to " + without_query(url) + ", which is not followed: " + host.error());
        auto answer = transfer_->ask(url, *host, deadline);
        if (!answer && !from.empty()) {
            // Nobody shall take it for the name that he asked for.
            const bool is_name =
                answer.error().kind == https_trouble::no_such_name || answer.error().kind == https_trouble::behind_proxy;
            return problem(is_name ? https_trouble::bad_redirect : answer.error().kind, from,
                           "it redirects to " + answer.error().text);
        }
        auto next = answer ? transfer_->redirect() : std::string{};
        if (next.empty()) return answer;
        if (redirects == most_redirects)
            return problem(https_trouble::bad_redirect, *host, "it redirects for the fourth time, to " + without_query(next));
        from = *host;
        url = std::move(next);
    }
}

} // namespace sealgate::milter
