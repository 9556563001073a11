/// Answers of `GET /job` as they come.
package enum SampleAnswer {
    /// Everything that the product knows, and some things that it does not.
    package static let everything = #"""
        {
          "job_id": "abc123-def456",
          "status": "completed",
          "created_at": "2025-01-15T10:30:00Z",
          "future_field": {"a": [1, 2.50, -3e-7], "status": "not this"},
          "result": {
            "plan-info": {"pages_used": 15, "tier": "foundation"},
            "markdown": "# Title\n\nGr\u00fc\u00dfe \ud83d\ude00 \"quoted\" \/ 文",
            "page_count": 15,
            "credits_used": 7.5,
            "bounding_boxes": {
              "Text": [{"id": "txt-1", "bounding_box": [0.1, 0.2, 0.3], "image_url": "not this"}],
              "Images": [
                {"id": "img-1", "visual_type": "chart", "image_url": "https:\/\/api.runpulse.com\/results\/abc\/images\/excel_image_1_1.png",
                 "chart_type": "bar", "chart_title": "Umsätze", "sheet_name": "Sheet 1", "excel_range": "A1:C9", "page_number": 3},
                {"id": "img-2", "image_url": "data:image\/png;base64,iVBORw0KGgo="},
                {"id": "img-3", "render_error": "timed out"}
              ]
            },
            "extensions": {"altOutputs": {"html": "<p>hi<\/p>"}},
            "warnings": ["first", 2, "second"],
            "pdf_url": "https://api.runpulse.com/results/abc/pdf"
          },
          "updated_at": "2025-01-15T10:31:45Z",
          "error": null
        }
        """#
}
