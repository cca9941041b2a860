// Where the audit log's records are (contrib/design/audit_format.md): in audit.jsonl, which is written, and in the files that
// were rotated away, each named by the number of its first record: audit-000000000001.jsonl, or audit-000000000001.jsonl.zst
// where somebody has compressed it.
// Tested by audit/reader_test.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace sealgate::milter {

// Auditors are in the gateway's group, and see this directory of all that is below state/.
inline constexpr unsigned readable_by_group = 0640;
inline constexpr unsigned open_to_group = 0750;

std::filesystem::path written_log(const std::filesystem::path& directory);
std::filesystem::path rotated_log(const std::filesystem::path& directory, std::uint64_t first_record);

// What was found where the written log should have been, and is no part of the log. `record` tells of it.
std::filesystem::path found_log(const std::filesystem::path& directory, std::uint64_t record, unsigned copy);

// The index beside a file of the log (milter/audit/index_file.hpp).
std::filesystem::path index_of(const std::filesystem::path& log);
// Whether it is the written one, which grows.
bool grows(const std::filesystem::path& log);
// Indexes whose file of the log is gone.
std::vector<std::filesystem::path> stray_indexes(const std::filesystem::path& directory);

// The hashes of the tree that begins with that record (milter/audit/tree_file.hpp).
std::filesystem::path tree_beginning_with(const std::filesystem::path& directory, std::uint64_t first_record);
// Of those that are there, and begin no later than `most`, the one that begins last; nothing where there is none.
std::optional<std::uint64_t> last_tree(const std::filesystem::path& directory, std::uint64_t most);

// By its name.
bool is_compressed(const std::filesystem::path& log);
// Whether it is there, compressed or not.
bool has_rotated_log(const std::filesystem::path& directory, std::uint64_t first_record);
// All that may be there of it: compressed or not, and its index.
std::vector<std::filesystem::path> names_of_rotated_log(const std::filesystem::path& directory, std::uint64_t first_record);

// Of a file that was rotated away, by its name; nothing for another one.
std::optional<std::uint64_t> first_record_named(const std::filesystem::path& log);

// Those that are there, in the order of their records, the written one last; one that is there twice, as it is and compressed,
// as it is. A directory that is missing has none.
std::vector<std::filesystem::path> log_files(const std::filesystem::path& directory);

} // namespace sealgate::milter
