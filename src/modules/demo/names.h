// Names of the demonstration company, all invented.
#pragma once
#include <array>

namespace fairlead::demo {

inline constexpr const char* family_names_vi[] = {"Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Trịnh", "Đinh", "Mai", "Tô"};
inline constexpr const char* middle_names_vi[] = {"Văn", "Thị", "Minh", "Thu", "Quốc", "Ngọc", "Thanh", "Hữu", "Đức", "Kim", "Gia", "Xuân", "Hoài", "Bảo"};
inline constexpr const char* given_names_vi[] = {"Anh", "Bình", "Châu", "Dũng", "Đạt", "Giang", "Hà", "Hải", "Hạnh", "Hương", "Khôi", "Lan", "Linh", "Long", "Mai", "Nam", "Nga", "Phúc", "Quân", "Sơn", "Tâm", "Thảo", "Thủy", "Trang", "Trung", "Tuấn", "Vân", "Việt", "Yến"};
inline constexpr const char* given_names_en[] = {"Alice", "Ben", "Carla", "Daniel", "Elena", "Felix", "Grace", "Henry", "Irene", "Jonas", "Kate", "Liam", "Maria", "Noah", "Olivia", "Peter", "Ruth", "Simon", "Tara", "Victor", "Wendy", "Zoe"};
inline constexpr const char* family_names_en[] = {"Adler", "Barnes", "Cole", "Duran", "Evans", "Fischer", "Grant", "Hughes", "Ibsen", "Jensen", "Keller", "Larsen", "Moreau", "Novak", "Owens", "Price", "Quinn", "Rossi", "Stone", "Turner", "Varga", "Weber"};
inline constexpr const char* company_places_vi[] = {"Phú Mỹ", "Lạc Hồng", "Tân Việt", "Trường Sơn", "Hạ Long", "Sông Hồng", "Đông Á", "Bình Minh", "An Phát", "Đại Dương", "Hoàng Gia", "Cửu Long", "Thăng Long", "Nam Sơn", "Hòa Bình", "Việt Tiến", "Đồng Tâm", "Thành Công", "Phương Nam", "Bắc Hà"};
inline constexpr const char* company_trades_vi[] = {"Thép", "Xi măng", "Dệt may", "Thủy sản", "Dược phẩm", "Logistics", "Cơ khí", "Nhựa", "Thực phẩm", "Bao bì", "Hóa chất", "Điện lực"};
inline constexpr const char* company_names_en[] = {"Meridian", "Bluewater", "Kestrel", "Harbourline", "Northgate", "Silverbrook", "Ironbridge", "Oakfield", "Larkspur", "Stonehaven", "Crestview", "Redwood", "Fairmont", "Ashford", "Granite", "Lakeshore", "Summit", "Pinecrest", "Westwind", "Copperfield"};
inline constexpr const char* company_trades_en[] = {"Ports", "Cold Chain", "Packaging", "Shipping", "Foods", "Chemicals", "Steel", "Textiles", "Pharma", "Logistics", "Cement", "Energy"};
inline constexpr const char* company_forms_en[] = {"Ltd", "Group", "Inc", "Holdings", "Works"};
inline constexpr const char* cities_vi[] = {"Hà Nội", "Hải Phòng", "Đà Nẵng", "Huế", "Cần Thơ", "TP Hồ Chí Minh", "Biên Hòa", "Thủ Đức", "Vũng Tàu", "Bắc Ninh"};
inline constexpr const char* cities_en[] = {"Singapore", "Bangkok", "Penang", "Manila", "Jakarta", "Busan", "Osaka", "Sydney"};
inline constexpr const char* job_titles[] = {"Plant manager", "Purchasing manager", "Chief engineer", "Maintenance manager", "Director", "Finance director", "Production planner"};
inline constexpr const char* job_titles_vi[] = {"Giám đốc nhà máy", "Trưởng phòng mua hàng", "Kỹ sư trưởng", "Trưởng phòng bảo trì", "Giám đốc", "Giám đốc tài chính", "Kế hoạch sản xuất"};
inline constexpr const char* deal_kinds[] = {"spare parts frame", "line upgrade", "retrofit", "new installation", "service contract", "replacement", "expansion, phase 1", "expansion, phase 2", "audit and repair"};
inline constexpr const char* deal_kinds_vi[] = {"phụ tùng theo khung", "nâng cấp dây chuyền", "cải tạo", "lắp đặt mới", "hợp đồng bảo dưỡng", "thay thế", "mở rộng, giai đoạn 1", "mở rộng, giai đoạn 2", "kiểm tra và sửa chữa"};
inline constexpr const char* next_steps[] = {"Send the revised offer", "Site visit", "Call the decision maker", "Clarify the delivery date", "Present to the board", "Get the technical approval"};
inline constexpr const char* next_steps_vi[] = {"Gửi lại báo giá", "Khảo sát hiện trường", "Gọi người quyết định", "Chốt ngày giao hàng", "Trình bày với ban giám đốc", "Xin duyệt kỹ thuật"};
inline constexpr const char* call_subjects[] = {"Call about needs", "Call about the offer", "Follow-up call", "Price talk"};
inline constexpr const char* call_subjects_vi[] = {"Gọi hỏi nhu cầu", "Gọi về báo giá", "Gọi theo dõi", "Trao đổi giá"};
inline constexpr const char* meeting_subjects[] = {"Site visit", "Presentation", "Workshop with engineering", "Contract talk"};
inline constexpr const char* meeting_subjects_vi[] = {"Khảo sát hiện trường", "Thuyết trình", "Làm việc với bộ phận kỹ thuật", "Đàm phán hợp đồng"};
inline constexpr const char* mail_subjects[] = {"Revised layout and figures", "Answers to open questions", "Offer sent", "Thank you for the visit"};
inline constexpr const char* mail_subjects_vi[] = {"Bản vẽ và số liệu đã sửa", "Trả lời các câu hỏi còn lại", "Đã gửi báo giá", "Cảm ơn buổi làm việc"};

}  // namespace fairlead::demo
