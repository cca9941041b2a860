#include "milter/discovery/name_lookup.hpp"

#include <algorithm>
#include <arpa/nameser.h>
#include <array>
#include <iterator>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <span>
#include <type_traits>

namespace sealgate::milter {

namespace {

using outcome = name_answer::outcome;
using std::chrono::steady_clock;

constexpr std::size_t most_addresses = 16;

// The resolver's settings, for one lookup.
class resolver {
public:
    resolver()
        : usable_(::res_ninit(&state_) == 0) {}
    ~resolver() {
        if (usable_) ::res_nclose(&state_);
    }
    resolver(const resolver&) = delete;
    resolver& operator=(const resolver&) = delete;

    // Adds to the answer's addresses.
    outcome ask(const std::string& host, ns_type type, steady_clock::time_point deadline, name_answer& out) {
        if (!usable_) return cannot_tell(out, "DNS cannot be asked: /etc/resolv.conf cannot be read");
        if (!fit_to(deadline)) return cannot_tell(out, "DNS does not answer in time");
        std::array<unsigned char, 4096> message{};
        const auto size = ::res_nquery(&state_, host.c_str(), ns_c_in, type, message.data(), static_cast<int>(message.size()));
        if (size < 0) return without_answer(out);
        const auto got = std::span(message).first(std::min(static_cast<std::size_t>(size), message.size()));
        return read(got, type, out.addresses);
    }

private:
    static outcome cannot_tell(name_answer& out, const char* why) {
        out.problem = why;
        return outcome::cannot_tell;
    }

    // Each server is asked for a second, twice if there is time for that. False: there is no time left at all.
    bool fit_to(steady_clock::time_point deadline) {
        const auto left = std::chrono::ceil<std::chrono::seconds>(deadline - steady_clock::now()).count();
        if (left <= 0) return false;
        state_.options |= RES_USE_EDNS0 | RES_IGNTC;
        state_.options &= ~static_cast<unsigned long>(RES_ROTATE);
        state_.nscount = static_cast<int>(std::min<long>(state_.nscount, left));
        state_.retrans = 1;
        state_.retry = left >= 2 * state_.nscount ? 2 : 1;
        return true;
    }

    outcome without_answer(name_answer& out) const {
        switch (state_.res_h_errno) {
        case HOST_NOT_FOUND:
        case NO_DATA: return outcome::no_such_name;
        case NO_RECOVERY: return cannot_tell(out, "the name server refuses to say whether it exists");
        default: return cannot_tell(out, "DNS does not say now whether it exists: its name servers fail or are silent");
        }
    }

    static outcome read(std::span<const unsigned char> message, ns_type type, std::vector<ip_address>& addresses) {
        const std::size_t size = type == ns_t_a ? 4 : 16;
        ns_msg parsed{};
        if (::ns_initparse(message.data(), static_cast<int>(message.size()), &parsed) != 0) return outcome::cannot_tell;
        const auto before = addresses.size();
        const bool is_cut = ns_msg_getflag(parsed, ns_f_tc) != 0;
        for (int i = 0; i < ns_msg_count(parsed, ns_s_an) && addresses.size() < most_addresses; ++i) {
            ns_rr record{};
            if (::ns_parserr(&parsed, ns_s_an, i, &record) != 0) break; // a truncated answer ends somewhere
            if (ns_rr_type(record) != type || ns_rr_rdlen(record) != size) continue;
            addresses.emplace_back(ns_rr_rdata(record), std::next(ns_rr_rdata(record), static_cast<std::ptrdiff_t>(size)));
        }
        if (addresses.size() > before) return outcome::found;
        return is_cut ? outcome::cannot_tell : outcome::no_such_name;
    }

    std::remove_pointer_t<res_state> state_{};
    bool usable_;
};

} // namespace

name_answer look_up(const std::string& host, steady_clock::time_point deadline) {
    name_answer out;
    resolver dns;
    const auto v4 = dns.ask(host, ns_t_a, deadline, out);
    // A server that was silent once has taken its share of the time.
    const auto v6 = v4 == outcome::cannot_tell ? v4 : dns.ask(host, ns_t_aaaa, deadline, out);
    out.what = !out.addresses.empty() ? outcome::found : v6;
    if (out.what != outcome::cannot_tell)
        out.problem.clear();
    else if (out.problem.empty())
        out.problem = "DNS gives an answer that cannot be read";
    return out;
}

} // namespace sealgate::milter
