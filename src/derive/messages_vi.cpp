// Refusals in Vietnamese.
#include <array>

#include "derive/messages.h"

namespace fairlead::http {
namespace {
constexpr std::array messages{
    Message{"address_too_long", "Địa chỉ dài hơn 8 KiB. Hãy gửi bộ lọc bằng POST …/search."},
    Message{"bad_request_line", "Dòng yêu cầu không đúng HTTP/1.1."},
    Message{"bad_header", "Có một tiêu đề HTTP không hợp lệ."},
    Message{"too_many_headers", "Yêu cầu có quá 100 tiêu đề hoặc hơn 32 KiB tiêu đề."},
    Message{"bad_length", "Độ dài nội dung không rõ ràng: chỉ được một Content-Length, hoặc Transfer-Encoding: chunked."},
    Message{"bad_chunk", "Nội dung chia khúc không hợp lệ."},
    Message{"body_too_large", "Nội dung lớn hơn giới hạn {limit} byte của địa chỉ này."},
    Message{"too_slow", "Yêu cầu đến quá chậm và đã bị ngắt."},
    Message{"wrong_host", "Máy chủ này không phục vụ tên miền được hỏi."},
    Message{"bad_escape", "Địa chỉ có mã phần trăm hỏng hoặc không phải UTF-8."},
    Message{"no_such_address", "Không có gì ở địa chỉ này."},
    Message{"method_not_allowed", "Địa chỉ này không nhận phương thức đó."},
    Message{"internal", "Máy chủ gặp lỗi và đã ghi lại với mã yêu cầu này. Không có gì bị thay đổi."},
    Message{"overloaded", "Máy chủ đang quá tải. Hãy thử lại sau giây lát."},
    Message{"stopping", "Máy chủ đang dừng. Hãy thử lại sau giây lát."},
    Message{"database_unreachable", "Hiện không kết nối được với cơ sở dữ liệu, và không có gì bị thay đổi. Hãy thử lại sau giây lát."},
    Message{"outcome_unknown", "Kết nối với cơ sở dữ liệu bị mất trong lúc lưu: hãy xem dữ liệu đã được lưu chưa trước khi làm lại."},
    Message{"failed", "Máy chủ gặp lỗi và đã ghi lại. Không có gì bị thay đổi."},
};
}  // namespace

std::span<const Message> vietnamese_messages() { return messages; }

}  // namespace fairlead::http
