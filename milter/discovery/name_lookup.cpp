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

enum class heard : std::uint8_t { addresses, no_such_name, no_address, nothing_certain };

constexpr std::size_t most_of_a_kind = 8; // addresses

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
    heard ask(const std::string& host, ns_type type, steady_clock::time_point deadline, name_answer& out) {
        if (!usable_) return cannot_tell(out, "DNS cannot be asked: /etc/resolv.conf cannot be read");
        if (!fit_to(deadline)) return cannot_tell(out, "DNS does not answer in time");
        std::array<unsigned char, 4096> message{};
        const auto size = ::res_nquery(&state_, host.c_str(), ns_c_in, type, message.data(), static_cast<int>(message.size()));
        if (size < 0) return without_answer(out);
        return read(std::span(message).first(std::min(static_cast<std::size_t>(size), message.size())), type, out);
    }

private:
    static heard cannot_tell(name_answer& out, const char* why) {
        out.problem = why;
        return heard::nothing_certain;
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

    heard without_answer(name_answer& out) const {
        switch (state_.res_h_errno) {
        case HOST_NOT_FOUND: return heard::no_such_name;
        case NO_DATA: return heard::no_address;
        case NO_RECOVERY: return cannot_tell(out, "the name server refuses to say whether it exists");
        default: return cannot_tell(out, "DNS does not say now whether it exists: its name servers fail or are silent");
        }
    }

    static heard read(std::span<const unsigned char> message, ns_type type, name_answer& out) {
        const std::size_t size = type == ns_t_a ? 4 : 16;
        ns_msg parsed{};
        if (::ns_initparse(message.data(), static_cast<int>(message.size()), &parsed) != 0)
            return cannot_tell(out, "DNS gives an answer that cannot be read");
        const auto before = out.addresses.size();
        for (int i = 0; i < ns_msg_count(parsed, ns_s_an) && out.addresses.size() < before + most_of_a_kind; ++i) {
            ns_rr record{};
            if (::ns_parserr(&parsed, ns_s_an, i, &record) != 0) break; // a truncated answer ends somewhere
            if (ns_rr_type(record) != type || ns_rr_rdlen(record) != size) continue;
            const auto* first = ns_rr_rdata(record);
            out.addresses.emplace_back(first, std::next(first, static_cast<std::ptrdiff_t>(size)));
        }
        if (out.addresses.size() > before) return heard::addresses;
        // What was cut off may be addresses.
        return ns_msg_getflag(parsed, ns_f_tc) != 0 ? cannot_tell(out, "DNS gives an answer that is too long")
                                                    : heard::no_address;
    }

    std::remove_pointer_t<res_state> state_{};
    bool usable_;
};

} // namespace

name_answer look_up(const std::string& host, steady_clock::time_point deadline) {
    name_answer out;
    resolver dns;
    auto said = dns.ask(host, ns_t_a, deadline, out);
    // Not after silence, which has taken its share of the time; and a name that does not exist has no other address.
    if (said == heard::addresses || said == heard::no_address) said = dns.ask(host, ns_t_aaaa, deadline, out);
    out.what = !out.addresses.empty()           ? outcome::found
               : said == heard::nothing_certain ? outcome::cannot_tell
                                                : outcome::no_such_name;
    if (out.what == outcome::found) out.problem.clear();
    return out;
}

} // namespace sealgate::milter
