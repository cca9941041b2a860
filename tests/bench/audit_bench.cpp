// What the audit log costs by itself; tests/bench/auditing.py calls it.
//
//   audit_bench generate N DIRECTORY [OCTETS]
//                                       makes a log of N records there, as the gateway would, in files of so many octets
//   audit_bench id N                    the name of the decision in its record N, from 0
//   audit_bench record SECONDS WAITING DIRECTORY
//                                       records a second when so many decisions wait for the disk at a time; with a log that
//                                       is there already, behind it
//   audit_bench sync SECONDS DIRECTORY  the same lines, appended and synced one by one with nothing else: the disk's own pace

#include "keys/base/files.hpp"
#include "milter/audit/index_upkeep.hpp"
#include "milter/audit/log.hpp"

#include <atomic>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <iostream>
#include <latch>
#include <semaphore>
#include <string>
#include <string_view>

namespace {

using namespace sealgate;
using clock_type = std::chrono::steady_clock;

// The name of the decision with that number; each has another one.
std::string id(std::uint64_t number) {
    constexpr std::string_view digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    number = (number + 1) * 0x9E3779B97F4A7C15; // odd, so that no two are the same in 40 bits
    std::string out;
    for (int i = 0; i < 8; ++i, number >>= 5) out += digits[number & 31];
    return out.insert(4, "-");
}

// A decision about a mail to one recipient, as long as they are in practice.
std::string fields(std::uint64_t number) {
    const auto n = std::to_string(number);
    const auto name = id(number);
    const auto minute = std::to_string(10 + number % 50);
    return R"("time":"2026-11-27T09:)" + minute + R"(:00.123Z","id":")" + name + R"(","queue_id":"4cX)" + n +
           R"(","message_id":"<)" + n + R"(.5f3c9a@client.example.org>","sender":"staff)" + std::to_string(number % 3000) +
           R"(@example.org","client":"192.0.2.17","user":"staff","classification":"confidential","tags":[{"tag":"confidential","carrier":"subject"}],"near_misses":[],"protection":"none","foreign_keys":[],"outcome":"reject","failure":null,"mode":"enforce","recipients":[{"address":"bob@yahoo.com","tier":"unsecure","action":"encrypt","key":{"state":"missing","fingerprint":null},"result":"reject","reason":"no-key"}],"copies":[],"further_readers":[],"archive":[],"reply":"550 5.7.1 not sent: tagged confidential, but there is no key for bob@yahoo.com (unsecure).\n550 5.7.1 Ask them for their OpenPGP key, or use Signal or Jitsi instead. [sealgate )" +
           name +
           R"(]","policy":"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","size":2048,"duration_ms":3)";
}

constexpr std::uint64_t one_file = std::uint64_t{1} << 40;

milter::audit_options options_in(const std::filesystem::path& directory, std::uint64_t rotate_size = one_file) {
    return {.directory = directory / "audit",
            .key = directory / "checkpoint.key",
            .checkpoints = directory / "audit" / "checkpoints.jsonl",
            .rotate_size = rotate_size,
            .rotate_daily = false,
            .complain = [](std::string_view text) { std::cerr << text << '\n'; }};
}

int generate(std::uint64_t count, const std::filesystem::path& directory, std::uint64_t rotate_size) {
    milter::audit_log log(options_in(directory, rotate_size));
    std::counting_semaphore<> places(10'000); // of memory
    std::latch left(static_cast<std::ptrdiff_t>(count));
    for (std::uint64_t i = 0; i < count; ++i) {
        places.acquire();
        log.append(fields(i), [&](const std::string& error) {
            if (!error.empty()) std::cerr << error << '\n', std::exit(1);
            places.release();
            left.count_down();
        });
    }
    left.wait();
    return 0;
}

template <class Step>
void print_pace(double seconds, Step step) {
    const auto began = clock_type::now();
    const auto end = began + std::chrono::duration<double>(seconds);
    std::uint64_t count = 0;
    while (clock_type::now() < end) step(count++);
    std::cout << static_cast<double>(count) / std::chrono::duration<double>(clock_type::now() - began).count() << '\n';
}

int record(double seconds, std::ptrdiff_t waiting, const std::filesystem::path& directory) {
    std::counting_semaphore<> places(waiting);
    milter::audit_log log(options_in(directory, std::uint64_t{64} << 20));
    const milter::index_upkeep upkeep(directory / "audit");
    print_pace(seconds, [&](std::uint64_t number) {
        places.acquire();
        log.append(fields(number), [&](const std::string&) { places.release(); });
    });
    for (std::ptrdiff_t i = 0; i < waiting; ++i) places.acquire();
    return 0;
}

int sync(double seconds, const std::filesystem::path& directory) {
    const keys::open_file file(directory / "plain", O_WRONLY | O_CREAT | O_APPEND);
    print_pace(seconds, [&](std::uint64_t number) {
        file.write_all(fields(number) + "\n");
        file.sync();
    });
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    const std::string_view what = argc > 1 ? argv[1] : "";
    if (what == "generate" && (argc == 4 || argc == 5))
        return generate(std::strtoull(argv[2], nullptr, 10), argv[3],
                        argc == 5 ? std::strtoull(argv[4], nullptr, 10) : one_file);
    if (what == "id" && argc == 3) return std::cout << id(std::strtoull(argv[2], nullptr, 10)) << '\n', 0;
    if (what == "record" && argc == 5) return record(std::atof(argv[2]), std::atol(argv[3]), argv[4]);
    if (what == "sync" && argc == 4) return sync(std::atof(argv[2]), argv[3]);
    std::cerr << "audit_bench: see its source\n";
    return 2;
}
