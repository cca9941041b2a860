// What judging costs: inspect() on mails of 1, 10 and 50 MiB, beside SHA-256 of the same octets in the same run. Prints
// the time for a MiB, its ratio to SHA-256, and the memory it took beyond the mail, as a multiple of the mail.
//
//     inspect_bench
//
// A ratio that stays the same from line to line is linear. PGP/MIME: a body of armor, 7-bit; its binary form is three
// quarters of it. As Exchange has it, the same in base64. Ordinary: an attachment in base64, without a trace of encryption.

#include "keys/openpgp/armor.hpp"
#include "keys/protection/inspect.hpp"
#include "policy/base/base64.hpp"
#include "policy/crypto/digest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <malloc.h>
#include <random>
#include <string>

namespace {

using namespace sealgate;
using namespace std::string_literals;
using clock_type = std::chrono::steady_clock;

constexpr double mebi = 1 << 20;

std::string noise(std::size_t size) {
    std::mt19937_64 random(42);
    std::string out(size, '\0');
    for (auto& octet : out) octet = static_cast<char>(random());
    return out;
}

// A message for one key, its data in one packet of that many octets.
std::string encrypted(std::size_t size) {
    const auto length = static_cast<std::uint32_t>(size);
    auto out = "\xC1\x44\x03\x01\x23\x45\x67\x89\xAB\xCD\xEF\x19"s + noise(32) + "\x19" + noise(25) + "\xD2\xFF"s;
    for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(length >> shift);
    return out + "\x01" + noise(size - 1);
}

std::string lines_of(const std::string& digits) {
    std::string out;
    for (std::size_t at = 0; at < digits.size(); at += 76) out.append(digits, at, 76).append("\r\n");
    return out;
}

std::string part(const std::string& header, const std::string& body) { return "--b\r\n" + header + "\r\n\r\n" + body + "\r\n"; }

policy::message pgp_mime(std::size_t size) {
    return {.fields = {{"Content-Type", " multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b"}},
            .body = part("Content-Type: application/pgp-encrypted", "Version: 1\r\n") +
                    part("Content-Type: application/octet-stream", keys::armor_message(encrypted(size * 3 / 4))) + "--b--\r\n"};
}

policy::message mangled(std::size_t size) {
    const auto base64 = "\r\nContent-Transfer-Encoding: base64"s;
    const auto data = lines_of(text::encode_base64(keys::armor_message(encrypted(size * 9 / 16))));
    return {.fields = {{"Content-Type", " multipart/mixed; boundary=b"}},
            .body = part("Content-Type: text/plain", "") + part("Content-Type: application/pgp-encrypted", "Version: 1\r\n") +
                    part("Content-Type: application/octet-stream" + base64, data) + "--b--\r\n"};
}

policy::message ordinary(std::size_t size) {
    return {.fields = {{"Content-Type", " application/pdf"}, {"Content-Transfer-Encoding", " base64"}},
            .body = lines_of(text::encode_base64(noise(size * 3 / 4)))};
}

double seconds(const auto& work) {
    double best = 1e9;
    for (int round = 0; round < 5; ++round) {
        const auto began = clock_type::now();
        work();
        best = std::min(best, std::chrono::duration<double>(clock_type::now() - began).count());
    }
    return best;
}

// Highest memory since the mark was reset, in octets.
double peak() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) * 1024;
    return 0;
}

void measure(const char* name, policy::message (*make)(std::size_t), policy::protection expected) {
    for (const int size : {1, 10, 50}) {
        const auto mail = make(static_cast<std::size_t>(size) << 20);
        malloc_trim(0);
        std::ofstream("/proc/self/clear_refs") << "5";
        const auto before = peak();
        if (keys::inspect(mail).kind != expected) throw std::runtime_error("not what was to be measured");
        const auto memory = (peak() - before) / static_cast<double>(mail.body.size());
        const auto mebibytes = static_cast<double>(mail.body.size()) / mebi;
        const auto inspecting = seconds([&] { (void)keys::inspect(mail); });
        const auto hashing = seconds([&] { (void)sha256_hex(mail.body); });
        fmt::print("{:24} {:2} MiB  {:6.2f} ms a MiB  {:5.2f} of SHA-256  {:4.1f} of its size in memory\n", name, size,
                   inspecting / mebibytes * 1000, inspecting / hashing, memory);
    }
}

} // namespace

int main() {
    measure("PGP/MIME", pgp_mime, policy::protection::pgp_mime);
    measure("PGP/MIME by Exchange", mangled, policy::protection::pgp_mime);
    measure("ordinary mail", ordinary, policy::protection::none);
}
