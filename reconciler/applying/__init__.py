"""An approved plan to what HubSpot then holds, guarded, written, accounted for, verified."""
