// Where everything lies below the outbox's directory (contrib/design/outbox_format.md).
// Tested by outbox/queue_test and e2e/test_outbox.py.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

struct outbox_places {
    std::filesystem::path root;

    std::filesystem::path adding() const { return root / "adding"; }
    std::filesystem::path waiting() const { return root / "waiting"; }
    std::filesystem::path handed() const { return root / "handed"; }
    std::filesystem::path failed() const { return root / "failed"; }

    // Empty if it cannot be a copy's id.
    std::filesystem::path waiting_file(std::string_view id) const;
    std::filesystem::path failed_file(std::string_view id) const;
};

struct found_copy {
    std::string id; // empty: the file's name is none of ours
    std::filesystem::path file;
};

// All that lies in waiting/ or failed/, in the order of names. Files that are being replaced (*.new) are left
// out.
std::vector<found_copy> find_waiting(const outbox_places& places);
std::vector<found_copy> find_failed(const outbox_places& places);

} // namespace sealgate::milter
